#include "app/life_signs.hpp"

#include <utility>

namespace oktail {

void LifeSigns::watch(std::string name, Post post, SteadyTime::duration patience) {
    all_.push_back({std::move(name), std::move(post), patience, clock_.now(), std::make_shared<std::atomic<bool>>(true)});
}

void LifeSigns::ask() {
    for (Watched& watched : all_) {
        // Not a second question: the first one's age is what counts, and a stuck queue must not grow.
        if (!*watched.answered) continue;
        *watched.answered = false;
        watched.asked = clock_.now();
        watched.post([answered = watched.answered] { *answered = true; });
    }
}

std::vector<std::string> LifeSigns::silent() const {
    std::vector<std::string> names;
    for (const Watched& watched : all_)
        if (!*watched.answered && clock_.now() - watched.asked >= watched.patience) names.push_back(watched.name);
    return names;
}

}  // namespace oktail
