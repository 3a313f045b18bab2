#include "okta/pace.hpp"

namespace oktail {

SteadyTime Pace::end_answered(bool empty, SteadyTime now) {
    // By a quarter each time: from 1 s to 30 s takes 16 polls, some two minutes of silence.
    interval_ = empty ? std::min(max_, interval_ + interval_ / 4) : min_;
    return now + interval_;
}

}  // namespace oktail
