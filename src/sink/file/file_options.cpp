#include "sink/file/file_options.hpp"

#include "config/key_check.hpp"
#include "config/path_template.hpp"
#include "config/section.hpp"

namespace oktail {

namespace {

const KeyTable& rotate_keys() {
    static const KeyTable keys{
        {.name = "size",
         .type = KeyType::size,
         .constraint = "4KiB..1024GiB",
         .example = "512MiB",
         .description =
             "A file that has reached this size is finished; the next one is called 2026-11-23.1.ndjson. A page of events "
             "is never split, so a file may be larger by one page."},
        {.name = "compress",
         .type = KeyType::choice,
         .fallback = "none",
         .constraint = "none | zstd | gzip",
         .description =
             "Finished files are packed, compared with the original, and take its place some minutes later, so that a "
             "reader can finish. Name that ending in no reader's pattern."},
        {.name = "keep",
         .type = KeyType::duration,
         .constraint = "1m..3650d",
         .example = "30d",
         .description = "Finished files are deleted when they were written last so long ago. Without it they stay."},
    };
    return keys;
}

Rotation read_rotation(const Section& section) {
    Rotation rotation;
    rotation.size = section.size("size");
    rotation.compress =
        section.choice<Packing>("compress", {{"none", Packing::none}, {"zstd", Packing::zstd}, {"gzip", Packing::gzip}});
    rotation.keep = section.duration("keep");
    return rotation;
}

}  // namespace

const KeyTable& file_keys() {
    static const KeyTable keys{
        {.name = "path",
         .required = true,
         .example = "/var/log/oktail/{tenant}/%Y-%m-%d.ndjson",
         .description =
             "Where lines are appended: absolute, with {tenant}, {label.NAME}, and strftime's %Y %m %d %H %M %S %j %G "
             "%V %u of the time of writing in UTC. What stands before the first of them is never left."},
        event_format_key(),
        {.name = "delivery",
         .type = KeyType::choice,
         .fallback = "exactly_once",
         .constraint = "exactly_once | at_least_once",
         .description =
             "exactly_once: every event stands in the file once, whatever happens. at_least_once: a crash may repeat "
             "a page; faster in bulk."},
        {.name = "fsync",
         .type = KeyType::choice,
         .fallback = "1s",
         .constraint = "1s | page | never",
         .description =
             "When files are flushed to the disk: every second, after every page, or never, which is safe against a kill but "
             "not against a power cut. at_least_once has nothing that a lost page could be written again from, so there 1s "
             "flushes every page, too."},
        {.name = "rotate",
         .type = KeyType::map,
         .description =
             "What ends a file besides the time in its path, and what becomes of finished ones. Files are never renamed.",
         .keys = &rotate_keys()},
        {.name = "mode",
         .type = KeyType::file_mode,
         .fallback = "0640",
         .description = "The mode of new files. oktail's umask does not count."},
    };
    return keys;
}

std::shared_ptr<const FileOptions> parse_file_options(const ConfigNode& sink, const Environment&, Problems& problems) {
    const bool good = check_keys(sink, file_keys(), problems);
    const Section section(&sink, file_keys());
    const ConfigNode* path = section.given("path");
    if (!good || path->text.empty() || !PathTemplate::parse(path->text, path->place, problems)) return nullptr;
    auto options = std::make_shared<FileOptions>();
    options->path = path->text;
    options->format = read_event_format(section);
    options->delivery = section.choice<Delivery>(
        "delivery", {{"exactly_once", Delivery::exactly_once}, {"at_least_once", Delivery::at_least_once}});
    options->fsync =
        section.choice<Fsync>("fsync", {{"1s", Fsync::every_second}, {"page", Fsync::page}, {"never", Fsync::never}});
    options->rotate = read_rotation(section.section("rotate"));
    if (const ConfigNode* rotate = section.given("rotate"); rotate && options->delivery == Delivery::at_least_once) {
        problems.add(rotate->place, "files of delivery: at_least_once are not rotated by oktail",
                     "use delivery: exactly_once, or a time in the path and another program that packs and deletes");
        return nullptr;
    }
    options->mode = section.file_mode("mode");
    return options;
}

}  // namespace oktail
