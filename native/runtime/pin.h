// Keeping the library in memory.
#pragma once

namespace plummet {

// From now on the library is never unloaded: threads may run in it after the environment that loaded it is gone.
void pin_library();

}  // namespace plummet
