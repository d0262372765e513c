// What happens at a spike, the same for every model that fires: the voltage is held at V_reset_mV for
// t_ref_ms.
#pragma once

namespace libfit {

struct Reset {
  double V_reset_mV = 0.0;
  double t_ref_ms = 0.0;  // >= 0
};

}  // namespace libfit
