#include "libfit/draw/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "libfit/core/error.hpp"
#include "libfit/core/staging.hpp"
#include "libfit/draw/figure_parts.hpp"
#include "libfit/draw/gnuplot_run.hpp"

namespace libfit {
namespace {

namespace fs = std::filesystem;

struct FormatRow {
  FigureFormat format;
  std::string_view name;
  std::string_view suffix;  // after the figure's name
  std::array<std::string_view, 2> extensions;
};

constexpr std::array<FormatRow, 5> kFormats{
    {{FigureFormat::pdf, "pdf", "", {".pdf", ""}},
     {FigureFormat::svg, "svg", "", {".svg", ""}},
     {FigureFormat::png, "png", "", {".png", ""}},
     {FigureFormat::cairolatex, "cairolatex", "_cairolatex", {".tex", ".pdf"}},
     {FigureFormat::tikz, "tikz", "_tikz", {".tex", ""}}}};

const FormatRow& row_of(FigureFormat format) {
  return *std::ranges::find(kFormats, format, &FormatRow::format);
}

std::string read_text(const fs::path& path) {
  const std::vector<std::byte> bytes = read_file(path, std::uintmax_t{1} << 30);
  std::string text(bytes.size(), '\0');
  std::ranges::transform(bytes, text.begin(), [](std::byte b) { return static_cast<char>(b); });
  return text;
}

// Sets the digits of "/CreationDate (D:20261123151832" to those of 1970, in place: no offset of the PDF
// moves.
void set_pdf_date(std::string& pdf) {
  constexpr std::string_view kDates[] = {"/CreationDate (D:", "/ModDate (D:"};
  constexpr std::string_view kStart = "19700101000000";
  for (const std::string_view key : kDates) {
    for (std::size_t at = pdf.find(key); at != std::string::npos; at = pdf.find(key, at + 1)) {
      const std::size_t first = at + key.size();
      const bool digits = first + kStart.size() <= pdf.size() &&
                          std::all_of(pdf.begin() + static_cast<std::ptrdiff_t>(first),
                                      pdf.begin() + static_cast<std::ptrdiff_t>(first + kStart.size()),
                                      [](char c) { return c >= '0' && c <= '9'; });
      if (digits) pdf.replace(first, kStart.size(), kStart);
    }
  }
}

// Drops the comment with the date that the TikZ terminal writes as its third line.
void drop_tikz_date(std::string& tex) {
  const std::size_t generated = tex.find("%% generated with GNUPLOT");
  if (generated == std::string::npos) return;
  const std::size_t line = tex.find('\n', generated);
  if (line == std::string::npos || tex.compare(line + 1, 2, "%%") != 0) return;
  tex.erase(line + 1, tex.find('\n', line + 1) - line);
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// The files of a drawing while gnuplot makes it, in a folder of their own below that of the figure.
class TemporaryDrawing {
 public:
  explicit TemporaryDrawing(const fs::path& folder) : staging_(folder, folder) {}
  // From the folder of the figure, as the script needs it.
  std::string stem() const { return (staging_.path().filename() / "drawing").string(); }
  fs::path path(std::string_view extension) const {
    return staging_.path() / ("drawing" + std::string(extension));
  }

 private:
  Staging staging_;
};

bool complete(const TemporaryDrawing& drawing, const FormatRow& row) {
  return std::ranges::all_of(row.extensions, [&](std::string_view extension) {
    std::error_code problem;
    return extension.empty() || fs::file_size(drawing.path(extension), problem) > 0;
  });
}

// Gives the drawing its final bytes and place; the main file last, so that it never names an absent one.
void put_in_place(const TemporaryDrawing& drawing, const FormatRow& row, const fs::path& folder,
                  const std::string& name, Overwrite overwrite, FigureFiles& files) {
  const std::string final_stem = name + std::string(row.suffix);
  for (auto extension = row.extensions.rbegin(); extension != row.extensions.rend(); ++extension) {
    if (extension->empty()) continue;
    std::string content = read_text(drawing.path(*extension));
    if (*extension == ".pdf") set_pdf_date(content);
    if (*extension == ".tex") replace_all(content, drawing.stem(), final_stem);
    if (row.format == FigureFormat::tikz) drop_tikz_date(content);
    const fs::path place = folder / (final_stem + std::string(*extension));
    write_file(place, content, overwrite);
    files.drawings.push_back(place);
  }
}

struct Job {
  fs::path folder;
  std::string name;
  fs::path gnuplot;
  std::optional<double> width_mm;
};

// Draws one format; what goes wrong becomes a warning.
void draw(const Job& job, FigureFormat format, const FigureOptions& options, FigureFiles& files) {
  const FormatRow& row = row_of(format);
  const std::string where = fmt::format("{} as {}", (job.folder / job.name).string(), row.name);
  try {
    const TemporaryDrawing drawing(job.folder);
    std::string settings = fmt::format("format='{}'; stem='{}'", row.name, drawing.stem());
    if (job.width_mm) settings += fmt::format("; width_mm={:.6g}", *job.width_mm);
    const GnuplotRun run = run_program(job.gnuplot, {"-d", "-e", settings, job.name + ".gp"},
                                       fs::absolute(job.folder), options.timeout_s);
    if (run.end == GnuplotRun::End::timed_out) {
      if (options.hung != nullptr) *options.hung = true;
      files.warnings.push_back(fmt::format("{}: not drawn: gnuplot took longer than {:g} s and was ended",
                                           where, options.timeout_s));
    } else if (run.end == GnuplotRun::End::failed || !complete(drawing, row)) {
      files.warnings.push_back(
          fmt::format("{}: not drawn: gnuplot says: {}", where, run.words.empty() ? "nothing" : run.words));
    } else {
      put_in_place(drawing, row, job.folder, job.name, options.overwrite, files);
    }
  } catch (const Error& problem) {
    files.warnings.push_back(fmt::format("{}: not drawn: {}", where, problem.what()));
  }
}

void draw_all(const fs::path& folder, const std::string& name, const FigureOptions& options,
              std::optional<double> width_mm, FigureFiles& files) {
  const std::optional<fs::path> gnuplot = find_program(options.gnuplot);
  if (!gnuplot) {
    files.warnings.push_back(
        fmt::format("{}: not drawn: the program `{}` is not in PATH; install it (Debian, Ubuntu: apt install "
                    "gnuplot-nox; "
                    "macOS: brew install gnuplot) and run `gnuplot {}.gp` in that folder, or `dyniv plot`",
                    (folder / name).string(), options.gnuplot, name));
    return;
  }
  for (const FigureFormat format : options.formats) {
    if (options.hung != nullptr && *options.hung) {
      files.given_up = true;
      return;
    }
    draw({folder, name, *gnuplot, width_mm}, format, options, files);
  }
}

void refuse_existing(const fs::path& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (fs::exists(folder / name)) {
      throw OptionError(
          fmt::format("{}: exists already; name another place or pass --force", (folder / name).string()));
    }
  }
}

std::vector<std::string> all_drawing_names(const std::string& name, const FigureOptions& options) {
  std::vector<std::string> names;
  for (const FigureFormat format : options.formats) {
    for (std::string& file : drawing_names(name, format)) names.push_back(std::move(file));
  }
  return names;
}

// A drawing that was there before and could not be made anew shows other data than the CSV beside it.
void remove_outdated(const fs::path& folder, const std::string& name, const FigureOptions& options,
                     FigureFiles& files) {
  for (const std::string& file : all_drawing_names(name, options)) {
    if (std::ranges::find(files.drawings, folder / file) != files.drawings.end()) continue;
    std::error_code ignored;
    if (fs::remove(folder / file, ignored)) {
      files.warnings.push_back(
          fmt::format("{}: removed: it showed the data of an earlier run", (folder / file).string()));
    }
  }
}

}  // namespace

void FigureOptions::validate() const {
  check_options({{"timeout_s", timeout_s, timeout_s > 0.0, "> 0"}});
  if (gnuplot.empty()) throw OptionError("gnuplot: must name a program");
}

FigureFormat figure_format(std::string_view name) {
  const auto* row = std::ranges::find(kFormats, name, &FormatRow::name);
  if (row == kFormats.end()) {
    throw OptionError(
        fmt::format("`{}` is no format of figures; choose from pdf, svg, png, cairolatex, tikz", name));
  }
  return row->format;
}

void check_figure_width(double width_mm) {
  check_options({{"width_mm", width_mm, width_mm >= 40.0 && width_mm <= 300.0, "in [40, 300]"}});
}

std::vector<std::string> drawing_names(std::string_view figure_name, FigureFormat format) {
  const FormatRow& row = row_of(format);
  std::vector<std::string> names;
  for (const std::string_view extension : row.extensions) {
    if (!extension.empty()) names.push_back(fmt::format("{}{}{}", figure_name, row.suffix, extension));
  }
  return names;
}

FigureFiles write_figure(const fs::path& folder, const Figure& figure, const FigureOptions& options) {
  options.validate();
  check_figure(figure);
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) {
    throw InputError(
        fmt::format("{}: cannot be made: {}; name another folder", folder.string(), problem.message()));
  }
  FigureFiles files;
  files.data = folder / (figure.name + ".csv");
  files.script = folder / (figure.name + ".gp");
  if (options.overwrite == Overwrite::refuse) {
    refuse_existing(folder, {figure.name + ".csv", figure.name + ".gp"});
    refuse_existing(folder, all_drawing_names(figure.name, options));
  }
  const Figure prepared = prepare_figure(figure);
  const FigureTable table = tabulate_figure(prepared);
  write_file(files.data, table.csv, options.overwrite);
  write_file(files.script, gnuplot_script(prepared, table, layout_figure(prepared)), options.overwrite);
  draw_all(folder, figure.name, options, std::nullopt, files);
  remove_outdated(folder, figure.name, options, files);
  return files;
}

FigureFiles redraw_figure(const fs::path& script, const FigureOptions& options,
                          std::optional<double> width_mm) {
  options.validate();
  if (width_mm) check_figure_width(*width_mm);
  const fs::path folder = script.has_parent_path() ? script.parent_path() : fs::path(".");
  const std::string name = script.stem().string();
  if (script.extension() != ".gp" || !valid_figure_name(name) || !fs::is_regular_file(script)) {
    throw InputError(fmt::format("{}: is not the script of a figure (NAME.gp, of letters, digits, _ and -)",
                                 script.string()));
  }
  if (options.overwrite == Overwrite::refuse) refuse_existing(folder, all_drawing_names(name, options));
  FigureFiles files;
  files.script = script;
  files.data = folder / (name + ".csv");
  draw_all(folder, name, options, width_mm, files);
  return files;
}

}  // namespace libfit
