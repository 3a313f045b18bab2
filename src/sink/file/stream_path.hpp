#pragma once

#include <oktail/core/clock.hpp>
#include <oktail/core/error.hpp>
#include <oktail/sink/sink.hpp>

#include <string>
#include <string_view>

namespace oktail {

/// Where a stream writes: the path with every placeholder filled but the time.
class StreamPath {
public:
    /// `pattern` is for strftime; `base` is its beginning without placeholders, with the last slash.
    StreamPath(std::string base, std::string pattern) : base_(std::move(base)), pattern_(std::move(pattern)) {}
    /// As it stands in the state: what comes before the first time placeholder counts as existing.
    static StreamPath of_pattern(std::string pattern);

    const std::string& base() const noexcept { return base_; }
    const std::string& pattern() const noexcept { return pattern_; }
    bool has_time() const;
    /// Files follow each other also within one time text.
    void number_files() noexcept { numbered_ = true; }
    /// It is one file for ever.
    bool is_single() const { return !numbered_ && !has_time(); }
    std::string at(UtcTime time) const;
    /// For glob(3): every file of the stream.
    std::string glob() const;

private:
    std::string base_;
    std::string pattern_;
    bool numbered_ = false;
};

/// Fills {tenant} and {label.NAME}. Whatever a value holds, the files lie below the part of the template before its first
/// placeholder. Errors: rejected (a label is missing, or no name for a file).
Result<StreamPath> fill_path(std::string_view path_template, std::string_view tenant, const Labels& labels);

}  // namespace oktail
