// Prepares gzip pages of made-up events: bench_pages FOLDER PAGES EVENTS_A_PAGE

#include "support/sample_page.hpp"

#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

namespace {

std::string gzip(const std::string& text) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "bench_pages FOLDER PAGES EVENTS_A_PAGE\n";
        return 64;
    }
    const std::filesystem::path folder = argv[1];
    std::filesystem::create_directories(folder);
    std::ofstream sizes(folder / "sizes.json");
    oktail::SampleEvents events;
    for (int page = 0; page < std::atoi(argv[2]); ++page) {
        std::string body = "[";
        for (int i = 0; i < std::atoi(argv[3]); ++i) body.append(i == 0 ? "" : ",").append(events.event());
        body += ']';
        std::ofstream(folder / (std::to_string(page) + ".gz"), std::ios::binary) << gzip(body);
        // As NDJSON: without brackets, with one line end more than there were commas.
        sizes << (page == 0 ? "[" : ",") << body.size() - 1;
    }
    sizes << "]\n";
    std::ofstream(folder / "empty.gz", std::ios::binary) << gzip("[]");
    return 0;
}
