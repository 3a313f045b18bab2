#include "config/suggestion.hpp"

#include <algorithm>

namespace oktail {
namespace {

/// Letters to change, add, leave out, or swap with their neighbour.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            d[i][j] = std::min({changed, d[i - 1][j] + 1, d[i][j - 1] + 1});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
    constexpr std::size_t longest = 64;  // nobody means a key by more
    const auto from_word = [&](std::string_view other) { return distance(word.substr(0, longest), other); };
    const auto closest = std::ranges::min_element(known, {}, from_word);
    if (closest == known.end()) return "nothing is known here";
    if (from_word(*closest) <= std::max<std::size_t>(1, closest->size() / 3))
        return "did you mean " + std::string(*closest) + "?";
    std::string all = "known here: ";
    for (const std::string_view& other : known) all.append(&other == &known.front() ? "" : ", ").append(other);
    return all;
}

}  // namespace oktail
