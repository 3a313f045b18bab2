#include "app/service_notifier.hpp"

#include "core/log.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace oktail {
namespace {

std::optional<std::uint64_t> number(const std::optional<std::string>& text) {
    std::uint64_t value = 0;
    if (!text) return std::nullopt;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return value;
}

std::optional<std::chrono::microseconds> half_of_patience(const Environment& environment) {
    const auto patience = number(environment("WATCHDOG_USEC"));
    if (!patience || *patience == 0) return std::nullopt;
    // Somebody else's, inherited.
    const auto watched = number(environment("WATCHDOG_PID"));
    if (watched && *watched != static_cast<std::uint64_t>(::getpid())) return std::nullopt;
    return std::chrono::microseconds(*patience / 2);
}

/// The manager refuses a datagram above 4096 bytes, and text with half a character at its end.
std::string_view one_line(std::string_view text) {
    constexpr std::size_t longest = 1024;
    text = text.substr(0, std::min(text.find('\n'), text.size()));
    if (text.size() <= longest) return text;
    const auto continues = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80; };
    std::size_t end = longest;
    while (end > 0 && continues(end)) --end;
    return text.substr(0, end);
}

}  // namespace

ServiceNotifier::ServiceNotifier(const Environment& environment, const Clock& clock)
    : clock_(clock), watchdog_interval_(half_of_patience(environment)) {
    const std::string name = environment("NOTIFY_SOCKET").value_or("");
    if (name.empty()) return;
    if ((name[0] != '/' && name[0] != '@') || name.size() >= sizeof address_.sun_path) {
        log::warn({}, "the service manager is not told anything: NOTIFY_SOCKET is no path and no abstract name of a socket");
        return;
    }
    address_.sun_family = AF_UNIX;
    std::copy(name.begin(), name.end(), address_.sun_path);
    if (name[0] == '@') address_.sun_path[0] = '\0';
    address_size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

ServiceNotifier::~ServiceNotifier() {
    if (socket_ >= 0) ::close(socket_);
}

void ServiceNotifier::ready() { enter("READY=1\n"); }

void ServiceNotifier::reloading() {
    // The manager takes what is older than its own request for an answer to an earlier one.
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(clock_.now().time_since_epoch());
    enter("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()) + '\n');
}

void ServiceNotifier::stopping() { enter("STOPPING=1\n"); }

void ServiceNotifier::status(std::string_view line) { send("STATUS=" + std::string(one_line(line))); }

void ServiceNotifier::alive() { send("WATCHDOG=1"); }

void ServiceNotifier::enter(std::string state) {
    unsent_ = std::move(state);
    send({});
}

void ServiceNotifier::send(std::string_view assignment) {
    if (socket_ < 0) return;
    const std::string datagram = unsent_ + std::string(assignment);
    const auto sent = ::sendto(socket_, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                               reinterpret_cast<const sockaddr*>(&address_), address_size_);
    if (sent >= 0 || errno != EAGAIN) unsent_.clear();
}

}  // namespace oktail
