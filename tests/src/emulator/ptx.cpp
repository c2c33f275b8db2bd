// Reads the declarations of a PTX module; see ptx.h. Bodies of functions are passed over.
//
// Memory convention: tokens are views into the text.
#include "ptx.h"

#include <cctype>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace emulation {

namespace {

class Tokens {
public:
    explicit Tokens(const char* text) : at_(text) {}

    /** The next word or punctuation mark; empty at the end. */
    std::string_view next() {
        skip_blanks();
        if (*at_ == 0) return {};
        const char* const start = at_;
        if (*at_ == '"') {
            do ++at_;
            while (*at_ != 0 && *at_ != '"');
            if (*at_ == '"') ++at_;
        } else if (is_word(*at_)) {
            while (is_word(*at_)) ++at_;
        } else {
            ++at_;
        }
        return {start, static_cast<size_t>(at_ - start)};
    }

    /** Passes over a body whose opening brace has been read. */
    void skip_body() {
        for (int depth = 1; depth > 0;) {
            const std::string_view token = next();
            if (token.empty()) return;
            if (token == "{") depth++;
            if (token == "}") depth--;
        }
    }

private:
    static bool is_word(char c) {
        return isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '$' || c == '%';
    }

    void skip_blanks() {
        for (;;) {
            while (isspace(static_cast<unsigned char>(*at_))) ++at_;
            if (at_[0] == '/' && at_[1] == '/') {
                while (*at_ != 0 && *at_ != '\n') ++at_;
            } else if (at_[0] == '/' && at_[1] == '*') {
                const char* const end = strstr(at_ + 2, "*/");
                at_ = end != nullptr ? end + 2 : at_ + strlen(at_);
            } else {
                return;
            }
        }
    }

    const char* at_;
};

int number_of(std::string_view token) {
    return static_cast<int>(strtol(std::string(token).c_str(), nullptr, 10));
}

/** Bytes of a fundamental type (".f32" is 4), or 0. */
unsigned bytes_of(std::string_view token) {
    if (token.size() < 3 || token.size() > 5 || token[0] != '.' || strchr("bsuf", token[1]) == nullptr) return 0;
    const int bits = number_of(token.substr(2));
    return bits == 8 || bits == 16 || bits == 32 || bits == 64 || bits == 128 ? static_cast<unsigned>(bits) / 8 : 0;
}

/** Reads the parameters after the opening parenthesis. */
std::vector<unsigned> read_parameters(Tokens* tokens) {
    std::vector<unsigned> sizes;
    unsigned size = 0;
    for (std::string_view token = tokens->next(); !token.empty(); token = tokens->next()) {
        if (size == 0) {
            size = bytes_of(token);
        } else if (token == "[") {
            size *= static_cast<unsigned>(number_of(tokens->next()));
        }
        if (token == "," || token == ")") {
            if (size > 0) sizes.push_back(size);
            size = 0;
            if (token == ")") break;
        }
    }
    return sizes;
}

PtxEntry read_entry(Tokens* tokens) {
    PtxEntry entry;
    entry.name = tokens->next();
    entry.max_threads = 0;
    for (std::string_view token = tokens->next(); !token.empty() && token != ";"; token = tokens->next()) {
        if (token == "(") {
            entry.parameter_sizes = read_parameters(tokens);
        } else if (token == ".maxntid") {
            entry.max_threads = number_of(tokens->next());
        } else if (token == "," && entry.max_threads > 0) {
            entry.max_threads *= number_of(tokens->next());
        } else if (token[0] == '.') {
            // Another performance directive: its numbers do not belong to .maxntid.
            if (entry.max_threads > 0) entry.max_threads = -entry.max_threads;
        } else if (token == "{") {
            tokens->skip_body();
            break;
        }
    }
    entry.max_threads = abs(entry.max_threads);
    return entry;
}

}  // namespace

bool parse_ptx(const char* text, PtxModule* module, std::string* complaint) {
    Tokens tokens(text);
    module->version = module->target = 0;
    for (std::string_view token = tokens.next(); !token.empty(); token = tokens.next()) {
        if (module->version == 0) {
            const std::string version(token == ".version" ? tokens.next() : std::string_view());
            const size_t dot = version.find('.');
            if (dot == std::string::npos) {
                *complaint = "the image does not begin with .version: it is not PTX text";
                return false;
            }
            module->version = 10 * number_of(version) + number_of(std::string_view(version).substr(dot + 1));
        } else if (token == ".target") {
            const std::string_view target = tokens.next();
            module->target = target.substr(0, 3) == "sm_" ? number_of(target.substr(3)) : 0;
        } else if (token == ".entry") {
            module->entries.push_back(read_entry(&tokens));
        } else if (token == "{") {
            tokens.skip_body();
        }
    }
    if (module->version == 0 || module->target == 0) {
        *complaint = module->version == 0 ? "the image is empty" : "the PTX text has no .target";
        return false;
    }
    return true;
}

int driver_for_ptx(int version) {
    const int major = version / 10, minor = version % 10;
    if (major < 7) return 0;
    // 7.x and 8.x belong to CUDA 11.x and 12.x; 8.5 served 12.5 and 12.6, so later ones are one minor version behind.
    const int shift = major == 8 && minor >= 6 ? 1 : 0;
    return (major + 4) * 1000 + (minor + shift) * 10;
}

}  // namespace emulation
