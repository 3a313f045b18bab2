#pragma once

#include <oktail/core/buffer.hpp>
#include <oktail/model/page.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace oktail {

/// Lines to be written: bytes made for it, or those of a page that holds just them. A counted pointer, cheap by value.
class Lines {
public:
    Lines() = default;
    explicit Lines(Buffer made) {
        auto owner = std::make_shared<const Buffer>(std::move(made));
        bytes_ = owner->view();
        owner_ = std::move(owner);
    }
    /// `whole`: every event of the page is in them.
    Lines(const PagePtr& page, std::string_view bytes, bool whole)
        : owner_(page), bytes_(bytes), page_(whole ? page : nullptr) {}

    std::string_view view() const noexcept { return bytes_; }
    std::size_t size() const noexcept { return bytes_.size(); }
    /// The page that they are, event by event and with nothing left out; nullptr if they are something else.
    const PagePtr& whole_page() const noexcept { return page_; }

private:
    std::shared_ptr<const void> owner_;
    std::string_view bytes_;
    PagePtr page_;
};

}  // namespace oktail
