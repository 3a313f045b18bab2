#pragma once

namespace oktail {

/// From here on a crash leaves no image of our memory, which holds secrets, and nobody but root may look into it. For the
/// whole process; before the first secret is read. What /proc/self shows stays readable to ourselves.
void forbid_core_dumps();

}  // namespace oktail
