#include "simulator/scim_filter.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace oktail::simulator {

struct ScimFilter::Node {
    std::string op;                                  ///< "and", "or", "not", or a comparison
    std::vector<std::shared_ptr<const Node>> sides;  ///< of and, or, not
    std::string path;                                ///< of a comparison, as the value
    std::string value;
};

namespace {

using NodePtr = std::shared_ptr<const ScimFilter::Node>;

constexpr std::array comparisons{"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"};

/// Descends through "or", "and", and single terms; any nullptr makes the whole one.
class Parser {
public:
    explicit Parser(std::string_view text) : rest_(text) {}

    NodePtr whole() {
        NodePtr root = chain("or");
        return word().empty() ? root : nullptr;
    }

private:
    /// The next word, bracket, or quoted string (with its quotes).
    std::string_view peek() {
        while (rest_.starts_with(' ')) rest_.remove_prefix(1);
        if (rest_.empty()) return {};
        if (rest_.front() == '(' || rest_.front() == ')') return rest_.substr(0, 1);
        if (rest_.front() != '"') return rest_.substr(0, rest_.find_first_of(" ()"));
        std::size_t end = 1;
        while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
        return rest_.substr(0, end + 1);
    }
    std::string_view word() {
        const std::string_view next = peek();
        rest_.remove_prefix(next.size());
        return next;
    }
    bool take(std::string_view expected) {
        if (peek() != expected) return false;
        word();
        return true;
    }

    NodePtr chain(const std::string& op) {
        NodePtr left = op == "or" ? chain("and") : term();
        while (left && take(op)) {
            NodePtr right = op == "or" ? chain("and") : term();
            if (!right) return nullptr;
            left = std::make_shared<ScimFilter::Node>(ScimFilter::Node{op, {left, right}, {}, {}});
        }
        return left;
    }
    NodePtr term() {
        const bool negated = take("not");
        NodePtr node;
        if (take("(")) {
            node = chain("or");
            if (!take(")")) return nullptr;
        } else if (!negated) {
            node = comparison();
        }
        if (!node || !negated) return node;
        return std::make_shared<ScimFilter::Node>(ScimFilter::Node{"not", {node}, {}, {}});
    }
    NodePtr comparison() {
        const std::string path(word());
        const std::string op(word());
        if (path.empty() || path.front() == '"' || path == "published") return nullptr;
        if (op == "pr") return std::make_shared<ScimFilter::Node>(ScimFilter::Node{op, {}, path, {}});
        if (std::ranges::find(comparisons, op) == comparisons.end()) return nullptr;
        const bool is_url = path == "debugContext.debugData.url" || path == "debugContext.debugData.requestUri";
        if (op == "co" && is_url) return nullptr;
        boost::json::error_code ec;
        const auto value = boost::json::parse(word(), ec);
        if (ec || value.is_structured()) return nullptr;
        const std::string text = value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
        return std::make_shared<ScimFilter::Node>(ScimFilter::Node{op, {}, path, text});
    }

    std::string_view rest_;
};

bool compares(const std::string& op, std::string_view actual, std::string_view wanted) {
    if (op == "eq") return actual == wanted;
    if (op == "ne") return actual != wanted;
    if (op == "co") return actual.find(wanted) != std::string_view::npos;
    if (op == "sw") return actual.starts_with(wanted);
    if (op == "ew") return actual.ends_with(wanted);
    if (op == "gt") return actual > wanted;
    if (op == "ge") return actual >= wanted;
    if (op == "lt") return actual < wanted;
    return actual <= wanted;
}

/// Any of the values that the path leads to, arrays looked through.
bool any_matches(const boost::json::value& at, std::string_view path, const ScimFilter::Node& node) {
    if (const auto* array = at.if_array())
        return std::ranges::any_of(*array, [&](const auto& element) { return any_matches(element, path, node); });
    if (!path.empty()) {
        const std::string_view step = path.substr(0, path.find('.'));
        const auto* object = at.if_object();
        const auto* child = object ? object->if_contains(step) : nullptr;
        return child && any_matches(*child, path.substr(std::min(path.size(), step.size() + 1)), node);
    }
    if (at.is_null()) return false;
    if (node.op == "pr") return true;
    return at.is_string() ? compares(node.op, at.get_string(), node.value)
                          : compares(node.op, boost::json::serialize(at), node.value);
}

bool holds(const ScimFilter::Node& node, const boost::json::value& event) {
    if (node.op == "and") return holds(*node.sides[0], event) && holds(*node.sides[1], event);
    if (node.op == "or") return holds(*node.sides[0], event) || holds(*node.sides[1], event);
    if (node.op == "not") return !holds(*node.sides[0], event);
    return any_matches(event, node.path, node);
}

}  // namespace

std::optional<ScimFilter> ScimFilter::parse(std::string_view text) {
    auto root = Parser(text).whole();
    if (!root) return std::nullopt;
    return ScimFilter(std::move(root));
}

bool ScimFilter::matches(const boost::json::value& event) const { return holds(*root_, event); }

}  // namespace oktail::simulator
