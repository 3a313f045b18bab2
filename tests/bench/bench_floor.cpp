// What catching up costs at least: decrypt, inflate, find the events, write their bytes to the page cache. Nothing is asked,
// kept, checked or retried. bench_floor ADDRESS PORT CA_FILE HOST PAGES OUT

#include <isa-l/igzip_lib.h>
#include <openssl/ssl.h>
#include <simdjson.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

namespace {

[[noreturn]] void fail(const char* what) {
    std::cerr << "bench_floor: " << what << '\n';
    std::exit(1);
}

SSL* connect_tls(char** argv) {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    if (SSL_CTX_load_verify_locations(context, argv[3], nullptr) != 1) fail("CA file");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
    ::inet_pton(AF_INET, argv[1], &address.sin_addr);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
    SSL* ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    SSL_set_tlsext_host_name(ssl, argv[4]);
    if (SSL_connect(ssl) != 1) fail("handshake");
    return ssl;
}

/// One answer: the body as it came.
std::string_view get(SSL* ssl, const std::string& request, std::string& buffer) {
    if (SSL_write(ssl, request.data(), static_cast<int>(request.size())) <= 0) fail("write");
    buffer.resize(4U << 20U);
    std::size_t have = 0;
    std::size_t body = 0;
    std::size_t length = 0;
    while (body == 0 || have < body + length) {
        const int n = SSL_read(ssl, buffer.data() + have, static_cast<int>(buffer.size() - have));
        if (n <= 0) fail("read");
        have += static_cast<std::size_t>(n);
        if (body != 0) continue;
        const auto end = std::string_view(buffer.data(), have).find("\r\n\r\n");
        if (end == std::string_view::npos) continue;
        body = end + 4;
        const auto field = std::string_view(buffer.data(), end).find("Content-Length: ");
        if (field == std::string_view::npos) fail("no length");
        length = std::strtoul(buffer.data() + field + 16, nullptr, 10);
    }
    return {buffer.data() + body, length};
}

std::size_t inflate_into(std::string_view compressed, std::string& page) {
    static inflate_state state;
    isal_inflate_init(&state);
    state.crc_flag = ISAL_GZIP;
    state.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(compressed.data()));
    state.avail_in = static_cast<std::uint32_t>(compressed.size());
    state.next_out = reinterpret_cast<std::uint8_t*>(page.data());
    state.avail_out = static_cast<std::uint32_t>(page.size());
    if (isal_inflate(&state) != ISAL_DECOMP_OK || state.block_state != ISAL_BLOCK_FINISH) fail("inflate");
    return state.total_out;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 7) fail("ADDRESS PORT CA_FILE HOST PAGES OUT");
    SSL* ssl = connect_tls(argv);
    const int out = ::open(argv[6], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    std::string buffer;
    std::string page(8U << 20U, '\0');
    constexpr std::size_t piece = 1U << 20U;
    const auto lines = std::make_unique<char[]>(piece);
    std::size_t filled = 0;
    simdjson::ondemand::parser parser;
    const auto flush = [&] {
        if (::write(out, lines.get(), filled) != static_cast<ssize_t>(filled)) fail("write to the file");
        filled = 0;
    };
    for (int i = 0; i < std::atoi(argv[5]); ++i) {
        const std::string after = i == 0 ? "" : "&after=" + std::to_string(i);
        const auto body =
            get(ssl, "GET /api/v1/logs?limit=1000" + after + " HTTP/1.1\r\nHost: " + argv[4] + "\r\n\r\n", buffer);
        const std::size_t size = inflate_into(body, page);
        auto document = parser.iterate(page.data(), size, page.size());
        for (auto element : document.get_array()) {
            const std::string_view event = element.get_object().value().raw_json().value();
            if (filled + event.size() + 1 > piece) flush();
            std::memcpy(lines.get() + filled, event.data(), event.size());
            filled += event.size();
            lines[filled++] = '\n';
        }
    }
    flush();
    return 0;
}
