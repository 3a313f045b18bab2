#include "support/simulator_process.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace oktail {
namespace {

std::string content(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

const std::filesystem::path& made(const std::filesystem::path& dir) {
    std::filesystem::create_directories(dir);
    return dir;
}

std::vector<std::string> command_line(const std::filesystem::path& dir, const std::vector<std::string>& orgs,
                                      const std::vector<std::string>& options) {
    std::vector<std::string> argv{OKTAIL_BIN_DIR "/oktail-simulator", "--dir", dir.string()};
    for (const std::string& org : orgs) {
        argv.emplace_back("--org");
        argv.push_back(org);
    }
    argv.insert(argv.end(), options.begin(), options.end());
    return argv;
}

}  // namespace

SimulatorProcess::SimulatorProcess(const std::filesystem::path& dir, const std::vector<std::string>& orgs,
                                   const std::vector<std::string>& options)
    : dir_(made(dir)), process_(command_line(dir, orgs, options), {dir / "simulator.out", dir / "simulator.err"}) {
    const auto ready = dir / "ready.json";
    const bool came =
        eventually(std::chrono::seconds(20), [&] { return std::filesystem::exists(ready) || !process_.running(); });
    if (!came || !process_.running()) throw std::runtime_error("no simulator: " + content(dir / "simulator.err"));

    const boost::json::value said = boost::json::parse(content(ready));
    port_ = said.at("port").to_number<std::uint16_t>();
    control_port_ = said.at("control_port").to_number<std::uint16_t>();
    for (const auto& [domain, org] : said.at("orgs").as_object()) {
        Org& known = orgs_[std::string(domain)];
        known.client_id = boost::json::value_to<std::string>(org.at("client_id"));
        const auto text = [&](const char* name) {
            const auto* value = org.as_object().if_contains(name);
            return value ? boost::json::value_to<std::string>(*value) : std::string();
        };
        known.secret_file = text("secret_file");
        known.key_file = text("key_file");
        known.key_id = text("key_id");
    }
}

std::vector<SimulatorProcess::Event> SimulatorProcess::truth(const std::string& domain) const {
    std::istringstream lines(control("/truth?org=" + domain));
    std::vector<Event> events;
    for (Event event; lines >> event.uuid >> event.sha256;) events.push_back(event);
    return events;
}

std::string SimulatorProcess::control(const std::string& method, const std::string& target, const std::string& body) const {
    namespace ip = boost::asio::ip;
    boost::asio::io_context io;
    ip::tcp::socket socket(io);
    socket.connect(ip::tcp::endpoint(ip::address_v4::loopback(), control_port_));
    // HTTP/1.0: no chunks, and the end of the body is the end of the connection.
    boost::asio::write(socket, boost::asio::buffer(method + " " + target + " HTTP/1.0\r\nHost: localhost\r\nContent-Length: " +
                                                   std::to_string(body.size()) + "\r\n\r\n" + body));
    std::string answer;
    boost::system::error_code end;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), end);

    const auto head = answer.find("\r\n\r\n");
    if (head == std::string::npos || answer.substr(8, 5) != " 200 ")
        throw std::runtime_error(method + " " + target + ": " + answer.substr(0, answer.find("\r\n")));
    return answer.substr(head + 4);
}

}  // namespace oktail
