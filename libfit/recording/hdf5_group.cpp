#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/recording/hdf5_group_internal.hpp"

namespace libfit::hdf5 {
namespace {

struct Listing {
  std::vector<Link> links;
  std::size_t most = 0;
};

herr_t add_link(hid_t group, const char* name, const H5L_info_t* info, void* listing) {
  auto& [links, most] = *static_cast<Listing*>(listing);
  if (links.size() >= most) return 1;
  Link link{name, info->type, info->type == H5L_TYPE_HARD ? info->u.address : HADDR_UNDEF, {}};
  std::array<char, 4096> path{};
  if (link.type == H5L_TYPE_SOFT && H5Lget_val(group, name, path.data(), path.size(), H5P_DEFAULT) >= 0 &&
      path.back() == '\0')
    link.target = path.data();
  links.push_back(std::move(link));
  return 0;
}

// Links in a heap of the newer format, which has checksums.
std::vector<Link> links_by_library(const Handle& group, std::size_t most) {
  Listing listing{{}, most};
  const herr_t end = H5Literate(group.get(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_link, &listing);
  if (end < 0) throw InputError("its members cannot be listed");
  if (end > 0) refuse_more_than(most);
  return std::move(listing.links);
}

}  // namespace

Group::Group(ObjectHeader header, std::string where, std::size_t most)
    : header_(std::move(header)), where_(std::move(where)) {
  try {
    if (!place().known() || (header_.source() == TextSource::damaged && !header_.links().is_group()))
      throw InputError("its header makes no sense");
    auto links = header_.links().list(file_of(place()), most);
    links_ = links ? *std::move(links) : links_by_library(handle(), most);
    std::ranges::sort(links_, {}, &Link::name);
  } catch (const InputError& damage) {
    throw InputError(fmt::format("{}: {}; the file is damaged", where_, damage.what()));
  }
}

const Handle& Group::handle() const {
  if (!group_) group_.emplace(H5Oopen_by_addr(place().neighbour, place().address), H5Oclose);
  if (!group_->ok()) throw InputError(fmt::format("{}: cannot be opened; the file is damaged", where_));
  return *group_;
}

const Link* Group::find(const std::string& name) const {
  const auto found = std::ranges::lower_bound(links_, name, {}, &Link::name);
  return found != links_.end() && found->name == name ? &*found : nullptr;
}

ObjectPlace Group::place_of(const std::string& name) const {
  const Link* link = find(name);
  return {place().neighbour, place().file, link != nullptr ? link->address : HADDR_UNDEF};
}

}  // namespace libfit::hdf5
