{
  "includes": ["native/sources.gypi"],
  "target_defaults": {
    "cflags": ["<@(flags_gcc)"],
    "cflags_cc": ["<@(flags_cc_gcc)"],
    "msvs_settings": {
      "VCCLCompilerTool": {
        "AdditionalOptions": ["<@(flags_msvc)"]
      }
    },
    "xcode_settings": {
      "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
      "CLANG_CXX_LIBRARY": "libc++",
      "GCC_OPTIMIZATION_LEVEL": "3",
      "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
      "MACOSX_DEPLOYMENT_TARGET": "11.0",
      "OTHER_CFLAGS": ["<@(flags_clang)"]
    }
  },
  "targets": [
    {
      "target_name": "plummet_scalar",
      "type": "static_library",
      "sources": ["<@(isa_scalar_sources)"]
    },
    {
      "target_name": "plummet",
      "sources": ["<@(core_sources)", "<@(addon_sources)"],
      "include_dirs": ["<!@(node -p \"require('node-addon-api').include\")"],
      "dependencies": ["plummet_scalar"],
      "defines": [
        "NAPI_VERSION=8",
        "NAPI_DISABLE_CPP_EXCEPTIONS",
        "NODE_ADDON_API_DISABLE_DEPRECATED",
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
        "PLUMMET_VERSION=\"<!(node -p \"require('./package.json').version\")\""
      ],
      "cflags_cc!": ["-fno-exceptions"],
      "cflags_cc": ["-fexceptions"],
      "xcode_settings": {
        "GCC_ENABLE_CPP_EXCEPTIONS": "YES"
      },
      "msvs_settings": {
        "VCCLCompilerTool": {
          "ExceptionHandling": 1
        }
      },
      "conditions": [
        ["OS=='linux'", {
          "ldflags": ["-Wl,-z,nodelete", "-pthread"],
          "cflags": ["-pthread"]
        }],
        ["target_arch=='x64'", {
          "dependencies": ["plummet_avx2", "plummet_avx512"]
        }],
        ["target_arch=='arm64'", {
          "dependencies": ["plummet_neon"]
        }]
      ]
    }
  ],
  "conditions": [
    ["target_arch=='x64'", {
      "targets": [
        {
          "target_name": "plummet_avx2",
          "type": "static_library",
          "sources": ["<@(isa_avx2_sources)"],
          "cflags": ["<@(isa_avx2_flags_gcc)"],
          "xcode_settings": {
            "OTHER_CFLAGS": ["<@(isa_avx2_flags_clang)"]
          },
          "msvs_settings": {
            "VCCLCompilerTool": {
              "AdditionalOptions": ["<@(isa_avx2_flags_msvc)"]
            }
          }
        },
        {
          "target_name": "plummet_avx512",
          "type": "static_library",
          "sources": ["<@(isa_avx512_sources)"],
          "cflags": ["<@(isa_avx512_flags_gcc)"],
          "xcode_settings": {
            "OTHER_CFLAGS": ["<@(isa_avx512_flags_clang)"]
          },
          "msvs_settings": {
            "VCCLCompilerTool": {
              "AdditionalOptions": ["<@(isa_avx512_flags_msvc)"]
            }
          }
        }
      ]
    }],
    ["target_arch=='arm64'", {
      "targets": [
        {
          "target_name": "plummet_neon",
          "type": "static_library",
          "sources": ["<@(isa_neon_sources)"],
          "cflags": ["<@(isa_neon_flags_gcc)"]
        }
      ]
    }]
  ]
}
