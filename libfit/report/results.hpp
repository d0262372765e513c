// A folder of results that is whole or absent: everything is written into a folder beside it, which takes its
// place at the end. With overwriting allowed, only what dyniv wrote is replaced (see result_place.hpp).
//
//     CellRecordings recordings;
//     recordings.training = read_recording({"cell07_training.abf"});
//     const ResultFiles files = result_files(recordings, characterize(recordings), {});
//     const std::vector<std::string> warnings = write_results("results/cell07", files, {});
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "libfit/core/file.hpp"
#include "libfit/draw/figure.hpp"
#include "libfit/draw/table.hpp"
#include "libfit/report/result_place.hpp"
#include "libfit/report/summary.hpp"

namespace libfit {

struct ResultOptions {
  bool figures = true;
  std::vector<FigureFormat> formats{FigureFormat::pdf, FigureFormat::svg, FigureFormat::png};
  Overwrite overwrite = Overwrite::refuse;
  unsigned threads = 0;
};

// Files by name within the folder ("tables/scores.csv"), and figures.
struct ResultFiles {
  std::vector<std::pair<std::string, std::string>> texts;
  std::vector<Figure> figures;
};

// tables/NAME as CSV, LaTeX and Markdown; nothing for a table without rows.
void add_table(ResultFiles& files, const std::string& name, const Table& table);

// Returns warnings (a figure that could not be drawn). Throws OptionError as check_result_folder, InputError
// when the disk or the parent folder does not allow it; then `folder` is as it was.
std::vector<std::string> write_results(const std::filesystem::path& folder, const ResultFiles& files,
                                       const ResultOptions& options);

// Everything of a characterisation: summary.json, iv.json, iv.csv, electrode.json, models/, spikes/, tables/,
// figures/.
ResultFiles result_files(const CellRecordings& recordings, const Characterization& result,
                         const ResultProvenance& provenance);

}  // namespace libfit
