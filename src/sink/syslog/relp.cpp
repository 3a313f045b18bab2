#include "sink/syslog/relp.hpp"

#include "core/quote.hpp"

#include <algorithm>
#include <charconv>

namespace oktail {
namespace {

constexpr std::size_t longest_command = 32;
constexpr std::size_t longest_header = 9 + 1 + longest_command + 1 + 9 + 1;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The head of a frame: a number, a word, a number, and what stands behind it.
class Head {
public:
    enum class State : std::uint8_t { whole, unfinished, wrong };

    explicit Head(std::string_view bytes) : bytes_(bytes) {
        state = number(transaction, ' ');
        if (state == State::whole) state = word();
        if (state == State::whole) state = number(length, '\0');
    }

    State state = State::unfinished;
    std::uint32_t transaction = 0;
    std::string_view command;
    std::uint32_t length = 0;
    std::size_t size = 0;  ///< bytes up to the separator behind the length, which is not among them

private:
    /// At most nine digits, and `end` behind them; '\0': whatever is there.
    State number(std::uint32_t& value, char end) {
        const std::size_t begin = size;
        while (size < bytes_.size() && size - begin < 10 && is_digit(bytes_[size])) ++size;
        if (size - begin > 9) return State::wrong;
        if (size == bytes_.size()) return State::unfinished;
        if (size == begin || (end != '\0' && bytes_[size] != end)) return State::wrong;
        std::from_chars(bytes_.data() + begin, bytes_.data() + size, value);
        if (end != '\0') ++size;
        return State::whole;
    }
    State word() {
        const std::size_t begin = size;
        while (size < bytes_.size() && size - begin <= longest_command && is_letter(bytes_[size])) ++size;
        if (size - begin > longest_command) return State::wrong;
        if (size == bytes_.size()) return State::unfinished;
        if (size == begin || bytes_[size] != ' ') return State::wrong;
        command = bytes_.substr(begin, size - begin);
        ++size;
        return State::whole;
    }

    std::string_view bytes_;
};

Error no_relp(std::string_view bytes) { return Error(ErrorKind::transient, "it does not speak RELP: " + quote(bytes, 64)); }

}  // namespace

void put_relp_frame(std::string& out, std::uint32_t transaction, std::string_view command, std::string_view data) {
    out += std::to_string(transaction);
    out += ' ';
    out += command;
    out += ' ';
    out += std::to_string(data.size());
    if (!data.empty()) out += ' ';
    out += data;
    out += '\n';
}

int RelpFrame::code() const noexcept {
    if (data.size() < 3 || !std::all_of(data.begin(), data.begin() + 3, is_digit)) return 0;
    return (data[0] - '0') * 100 + (data[1] - '0') * 10 + data[2] - '0';
}

std::string_view RelpFrame::text() const noexcept {
    const std::string_view line = std::string_view(data).substr(0, data.find('\n'));
    return line.size() > 4 ? line.substr(4) : std::string_view();
}

Result<std::optional<RelpFrame>> RelpReader::next() {
    const Head head(std::string_view(unread_).substr(0, longest_header + 1));
    if (head.state == Head::State::unfinished) return std::optional<RelpFrame>();
    if (head.state == Head::State::wrong || head.length > most_data) return no_relp(unread_);
    const std::size_t begin = head.size + (head.length == 0 ? 0 : 1);
    const char separator = unread_[head.size];
    // librelp's own "0 serverclose 0" has a space before its end.
    const bool has_spare_space = head.length == 0 && separator == ' ';
    const std::size_t end = begin + head.length + (has_spare_space ? 1 : 0);
    if (head.length != 0 && separator != ' ') return no_relp(unread_);
    if (unread_.size() <= end) return std::optional<RelpFrame>();
    if (unread_[end] != '\n') return no_relp(unread_);
    RelpFrame frame;
    frame.transaction = head.transaction;
    frame.command = head.command;
    frame.data = unread_.substr(begin, head.length);
    unread_.erase(0, end + 1);
    return std::optional<RelpFrame>(std::move(frame));
}

}  // namespace oktail
