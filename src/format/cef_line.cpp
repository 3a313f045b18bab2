#include "format/cef_line.hpp"

#include "core/assert.hpp"
#include "format/cef_text.hpp"

#include <algorithm>

namespace oktail {

void CefLine::header(std::string_view text, std::size_t longest) {
    put_cef_header(to_, cut_text(text, longest));
    to_ += '|';
}

void CefLine::field(std::string_view key, std::string_view value, std::size_t longest) { field(key, {}, value, longest); }

void CefLine::field(std::string_view key, std::string_view label, std::string_view value, std::size_t longest) {
    if (value.empty()) return;
    OKTAIL_ASSERT(count_ < most_fields);
    const std::size_t begin = to_.size();
    to_.append(key).append(1, '=');
    put_cef_value(to_, cut_text(value, longest));
    to_ += ' ';
    if (!label.empty()) {
        to_.append(key).append("Label=");
        put_cef_value(to_, label);
        to_ += ' ';
    }
    fields_[count_++] = {.begin = begin, .size = to_.size() - begin};
}

bool CefLine::end(std::size_t most) {
    while (size() > most && count_ != 0) leave_out_longest();
    const bool fits = size() <= most;
    if (count_ != 0) to_.pop_back();
    return fits;
}

std::size_t CefLine::size() const noexcept { return to_.size() - begin_ - (count_ == 0 ? 0 : 1); }

void CefLine::leave_out_longest() {
    const auto all_end = fields_.begin() + count_;
    const auto longest = std::max_element(fields_.begin(), all_end, [](Field a, Field b) { return a.size < b.size; });
    const Field gone = *longest;
    to_.erase(gone.begin, gone.size);
    std::for_each(longest, all_end, [&](Field& behind) { behind.begin -= gone.size; });
    std::copy(longest + 1, all_end, longest);
    --count_;
}

}  // namespace oktail
