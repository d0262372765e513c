#include <algorithm>
#include <array>
#include <utility>

#include "libfit/recording/hdf5_group_internal.hpp"

namespace libfit::hdf5 {
namespace {

struct Listing {
  std::vector<Link> links;
  std::size_t most = 0;
};

Link link_of(const char* name, const H5L_info_t& info) {
  return {name, info.type, info.type == H5L_TYPE_HARD ? info.u.address : HADDR_UNDEF};
}

herr_t add_link(hid_t, const char* name, const H5L_info_t* info, void* listing) {
  auto& [links, most] = *static_cast<Listing*>(listing);
  if (links.size() >= most) return 1;
  links.push_back(link_of(name, *info));
  return 0;
}

}  // namespace

Group::Group(Handle group, std::size_t most) : Group(std::move(group), {}, most) {}

Group::Group(Handle group, const ObjectPlace& place, std::size_t most)
    : group_(std::move(group)), place_(place.known() ? place : place_of_object(group_)) {
  place_.neighbour = group_.get();
  Listing listing{{}, most};
  listed_ = H5Literate(group_.get(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_link, &listing) == 0;
  if (!listed_) return;
  links_ = std::move(listing.links);
  std::ranges::sort(links_, {}, &Link::name);
}

std::optional<Link> Group::find(const std::string& name) const {
  if (!listed_) {
    H5L_info_t info;
    if (H5Lget_info(group_.get(), name.c_str(), &info, H5P_DEFAULT) < 0) return std::nullopt;
    return link_of(name.c_str(), info);
  }
  const auto found = std::ranges::lower_bound(links_, name, {}, &Link::name);
  return found != links_.end() && found->name == name ? std::optional(*found) : std::nullopt;
}

std::optional<std::string> Group::target_of(const std::string& name) const {
  const auto link = find(name);
  std::array<char, 4096> path{};
  if (!link || link->type != H5L_TYPE_SOFT ||
      H5Lget_val(group_.get(), name.c_str(), path.data(), path.size(), H5P_DEFAULT) < 0 || path.back() != 0)
    return std::nullopt;
  return path.data();
}

ObjectPlace Group::place_of(const std::string& name) const {
  const auto link = find(name);
  return {place_.neighbour, place_.file, link ? link->address : HADDR_UNDEF};
}

}  // namespace libfit::hdf5
