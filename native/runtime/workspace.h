// Memory that a kernel may use as it likes during a call.
#pragma once

namespace plummet {

// kWorkspaceBytes, 64-byte aligned, of the calling thread; made at its first call, kept until the thread ends.
void* thread_workspace();

}  // namespace plummet
