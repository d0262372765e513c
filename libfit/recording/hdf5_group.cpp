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

// As the library tells it; `group` holds the link.
Link link_of(hid_t group, const char* name, const H5L_info_t& info) {
  Link link{name, info.type, info.type == H5L_TYPE_HARD ? info.u.address : HADDR_UNDEF, {}};
  std::array<char, 4096> path{};
  if (link.type == H5L_TYPE_SOFT && H5Lget_val(group, name, path.data(), path.size(), H5P_DEFAULT) >= 0 &&
      path.back() == '\0')
    link.target = path.data();
  return link;
}

herr_t add_link(hid_t group, const char* name, const H5L_info_t* info, void* listing) {
  auto& [links, most] = *static_cast<Listing*>(listing);
  if (links.size() >= most) return 1;
  links.push_back(link_of(group, name, *info));
  return 0;
}

}  // namespace

Group::Group(ObjectHeader header, std::size_t most) : header_(std::move(header)) {
  if (header_.links().is_group()) {
    if (auto links = header_.links().list(file_of(place()), most)) {
      links_ = *std::move(links);
      listed_ = true;
      return;
    }
  }
  Listing listing{{}, most};
  listed_ = H5Literate(handle().get(), H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, add_link, &listing) == 0;
  if (!listed_) return;
  links_ = std::move(listing.links);
  std::ranges::sort(links_, {}, &Link::name);
}

const Handle& Group::handle() const {
  if (!group_) group_.emplace(H5Oopen_by_addr(place().neighbour, place().address), H5Oclose);
  if (!group_->ok()) throw InputError("a group cannot be opened");
  return *group_;
}

std::optional<Link> Group::find(const std::string& name) const {
  if (!listed_) {
    H5L_info_t info;
    if (H5Lget_info(handle().get(), name.c_str(), &info, H5P_DEFAULT) < 0) return std::nullopt;
    return link_of(handle().get(), name.c_str(), info);
  }
  const auto found = std::ranges::lower_bound(links_, name, {}, &Link::name);
  return found != links_.end() && found->name == name ? std::optional(*found) : std::nullopt;
}

ObjectPlace Group::place_of(const std::string& name) const {
  const auto link = find(name);
  return {place().neighbour, place().file, link ? link->address : HADDR_UNDEF};
}

}  // namespace libfit::hdf5
