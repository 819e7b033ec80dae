{
  "variables": {
    "addon_sources": [
      "native/node/addon.cc",
      "native/node/calls.cc",
      "native/node/draw.cc",
      "native/node/environment.cc",
      "native/node/kernel.cc",
      "native/node/plan_handle.cc",
      "native/node/run.cc",
      "native/node/values.cc"
    ],
    "core_sources": [
      "native/plan/bind.cc",
      "native/plan/executor.cc",
      "native/plan/ops.cc",
      "native/plan/plan.cc",
      "native/plan/single.cc",
      "native/runtime/blocking.cc",
      "native/runtime/cpu.cc",
      "native/runtime/dispatch.cc",
      "native/runtime/leases.cc",
      "native/runtime/pin.cc",
      "native/runtime/pool.cc",
      "native/runtime/processors.cc",
      "native/runtime/team_size.cc",
      "native/runtime/workspace.cc"
    ],
    "isa_scalar_sources": ["native/isa/scalar.cc"],
    "isa_avx2_sources": ["native/isa/avx2.cc"],
    "isa_avx512_sources": ["native/isa/avx512.cc"],
    "isa_neon_sources": ["native/isa/neon.cc"],
    "flags_gcc": [
      "-O3",
      "-ffp-contract=off",
      "-fno-math-errno",
      "-fvisibility=hidden",
      "-Wall",
      "-Wextra"
    ],
    "flags_clang": [
      "-O3",
      "-ffp-contract=off",
      "-fno-math-errno",
      "-fvisibility=hidden",
      "-Wall",
      "-Wextra"
    ],
    "flags_msvc": ["/O2", "/fp:precise", "/std:c++17", "/W3"],
    "flags_cc_gcc": ["-std=c++17"],
    "flags_cc_clang": ["-std=c++17"],
    "isa_scalar_flags_gcc": [],
    "isa_scalar_flags_clang": [],
    "isa_scalar_flags_msvc": [],
    "isa_avx2_flags_gcc": ["-mavx2", "-mfma"],
    "isa_avx2_flags_clang": ["-mavx2", "-mfma"],
    "isa_avx2_flags_msvc": ["/arch:AVX2"],
    "isa_avx512_flags_gcc": ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma"],
    "isa_avx512_flags_clang": ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx2", "-mfma"],
    "isa_avx512_flags_msvc": ["/arch:AVX512"],
    "isa_neon_flags_gcc": [],
    "isa_neon_flags_clang": [],
    "isa_neon_flags_msvc": []
  }
}
