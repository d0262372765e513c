#include "libfit/formats/text/text_writer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>

#include "libfit/formats/assemble.hpp"
#include "libfit/formats/open.hpp"

namespace libfit {
namespace {

TEST(RecordingAsText, IsReadBackWithoutOptionsAlsoAfterManySamples) {
  Recording recording;
  for (std::size_t s = 0; s < 2; ++s) {
    Sweep sweep;
    sweep.dt_ms = 0.05;
    for (int k = 0; k < 250000; ++k) {  // 12.5 s: the times need seven digits
      sweep.current_pA.push_back(100.0 * std::sin(0.01 * k) + static_cast<double>(s));
      sweep.voltage_mV.push_back(-60.0 + 5.0 * std::sin(0.013 * k));
    }
    recording.sweeps.push_back(sweep);
  }
  const std::string text = recording_as_text(recording);
  const SignalFile file =
      parse_signal_file(std::as_bytes(std::span(text.data(), text.size())), "written", {});
  const Recording back = assemble_recording(std::span(&file, 1), {});
  ASSERT_EQ(back.sweeps.size(), 2U);
  for (std::size_t s = 0; s < 2; ++s) {
    EXPECT_NEAR(back.sweeps[s].dt_ms, 0.05, 1e-12);
    ASSERT_EQ(back.sweeps[s].size(), 250000U);
    for (std::size_t k = 0; k < 250000; k += 997) {
      EXPECT_NEAR(back.sweeps[s].current_pA[k], recording.sweeps[s].current_pA[k], 1e-4);
      EXPECT_NEAR(back.sweeps[s].voltage_mV[k], recording.sweeps[s].voltage_mV[k], 1e-5);
    }
  }
}

}  // namespace
}  // namespace libfit
