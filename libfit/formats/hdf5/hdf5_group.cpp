#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "libfit/core/error.hpp"
#include "libfit/formats/hdf5/hdf5_group_internal.hpp"

namespace libfit::hdf5 {
namespace {

constexpr std::size_t kMostPath = 4096;

struct Listing {
  std::vector<Link> links;
  std::size_t most = 0;
};

herr_t add_link(hid_t group, const char* name, const H5L_info_t* info, void* listing) {
  auto& [links, most] = *static_cast<Listing*>(listing);
  if (links.size() >= most) return 1;
  Link link{name, info->type, info->type == H5L_TYPE_HARD ? info->u.address : HADDR_UNDEF, {}};
  if (link.type == H5L_TYPE_SOFT && info->u.val_size <= kMostPath) {
    link.target.resize(info->u.val_size);  // with its zero at the end
    if (H5Lget_val(group, name, link.target.data(), link.target.size(), H5P_DEFAULT) < 0) return -1;
    link.target = link.target.c_str();
  }
  links.push_back(std::move(link));
  return 0;
}

herr_t refuse_external(const char*, const char*, const char*, const char*, unsigned*, hid_t, void*) {
  return -1;
}

// Made once: a series opens half a dozen members.
hid_t without_external_links() {
  static const hid_t access = [] {
    const hid_t made = H5Pcreate(H5P_LINK_ACCESS);
    H5Pset_elink_cb(made, refuse_external, nullptr);
    return made;
  }();
  return access;
}

}  // namespace

Group::Group(Handle group, const std::string& where, std::size_t most) : group_(std::move(group)) {
  Listing listing{{}, most};
  const herr_t end =
      group_.ok() ? H5Literate(group_.get(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_link, &listing) : -1;
  if (end < 0) throw InputError(fmt::format("{}: its members cannot be listed; the file is damaged", where));
  if (end > 0) {
    throw InputError(
        fmt::format("{}: has more than {} members; the file is damaged or no recording", where, most));
  }
  links_ = std::move(listing.links);
  std::ranges::sort(links_, {}, &Link::name);
}

const Link* Group::find(const std::string& name) const {
  const auto found = std::ranges::lower_bound(links_, name, {}, &Link::name);
  return found != links_.end() && found->name == name ? &*found : nullptr;
}

Handle Group::open(const std::string& name) const {
  const Link* link = find(name);
  if (link == nullptr) return {H5I_INVALID_HID, H5Oclose};
  if (link->address != HADDR_UNDEF) return {H5Oopen_by_addr(group_.get(), link->address), H5Oclose};
  return open_path(group_, name);
}

Handle open_path(const Handle& from, const std::string& path) {
  return {H5Oopen(from.get(), path.c_str(), without_external_links()), H5Oclose};
}

haddr_t address_of(const Handle& object) {
  H5O_info_t info;
  return H5Oget_info2(object.get(), &info, H5O_INFO_BASIC) < 0 ? HADDR_UNDEF : info.addr;
}

}  // namespace libfit::hdf5
