#include "workspace.h"

#include <stdint.h>

#include <memory>

#include "../kernels/kernel.h"

namespace plummet {

void* thread_workspace() {
  static thread_local std::unique_ptr<char[]> memory;
  if (!memory) memory.reset(new char[kWorkspaceBytes + 64]);
  const uintptr_t address = reinterpret_cast<uintptr_t>(memory.get());
  return reinterpret_cast<void*>((address + 63) & ~static_cast<uintptr_t>(63));
}

}  // namespace plummet
