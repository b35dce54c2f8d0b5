#!/bin/bash
# Makes the client packages out of the contract: build.sh VERSION CONTRACTS OUT GENERATOR_JAR JACKSON TIME
#   CONTRACTS      folder with python.json, typescript.json and java.json (ClientContract)
#   OUT            gets python, typescript and java, each with a package, and tools, which stays for the next time
#   GENERATOR_JAR  openapi-generator-cli
#   JACKSON        class path of the only library that the Java package needs
#   TIME           of all entries of archives, ISO 8601
# ./mvnw -Psdk package runs it. Needs python3 with venv, npm and a JDK; asks nobody but package registries.
set -euo pipefail

version=$1 contracts=$2 out=$3 generator=$4 jackson=$5 time=$6
here=$(cd "$(dirname "$0")" && pwd)
work=$out/work
tools=$out/tools
SOURCE_DATE_EPOCH=$(date -u -d "$time" +%s)
export SOURCE_DATE_EPOCH PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8
umask 022

# Runs a command when what it was made of has changed: once ID COMMAND...
once() {
  local mark=$tools/$1.sha256 now
  now=$(sha256sum <"$2")
  if [ "$(cat "$mark" 2>/dev/null)" != "$now" ]; then
    "${@:3}"
    echo "$now" >"$mark"
  fi
}

# A page of the documentation as the README of a package, where other pages are not: page NAME
page() {
  sed 's/\[\([^]]*\)\]([a-z-]*\.md[^)]*)/\1/g' "$here/../../../docs/$1.md"
}

python_tools() {
  rm -rf "$tools/python"
  python3 -m venv "$tools/python"
  "$tools/python/bin/pip" install --quiet --disable-pip-version-check -r "$here/python/requirements.txt"
}

python() {
  once python "$here/python/requirements.txt" python_tools
  local bin=$tools/python/bin package=$work/python/mirrorneuron_api number
  number=$("$bin/python" -c 'import sys; print(sys.argv[1].replace("-SNAPSHOT", ".dev0"))' "$version")
  mkdir -p "$work/python"
  "$bin/openapi-python-client" generate --path "$contracts/python.json" --meta none --fail-on-warning \
    --config "$here/python/generator.yaml" --custom-template-path "$here/python/templates" \
    --output-path "$package" >"$work/python.log" || { cat "$work/python.log" >&2; exit 1; }
  "$bin/python" "$here/python/polish.py" "$package" "$contracts/python.json"
  "$bin/ruff" check --quiet --isolated --target-version py39 --select F401,I --fix "$package"
  "$bin/ruff" format --quiet --isolated --target-version py39 "$package"
  cp -r "$here/python/mirrorneuron_api/." "$package/"
  sed "s/@VERSION@/$number/" "$here/python/pyproject.toml" >"$work/python/pyproject.toml"
  page sdk-python >"$work/python/README.md"
  find "$work/python" -name __pycache__ -prune -exec rm -r {} +
  (cd "$work/python" && "$bin/mypy" --strict --no-incremental --cache-dir=/dev/null --python-version 3.9 mirrorneuron_api >"$work/mypy.log") ||
    { cat "$work/mypy.log" >&2; exit 1; }
  "$bin/python" -m build --wheel --no-isolation --outdir "$out/python" "$work/python" >"$work/wheel.log" ||
    { cat "$work/wheel.log" >&2; exit 1; }
}

typescript_tools() {
  rm -rf "$tools/typescript"
  mkdir -p "$tools/typescript"
  cp "$here"/typescript/{package.json,package-lock.json,.npmrc} "$tools/typescript/"
  (cd "$tools/typescript" && npm ci --silent --ignore-scripts --prefer-offline)
}

typescript() {
  once typescript "$here/typescript/package-lock.json" typescript_tools
  mkdir -p "$work/typescript"
  cp -r "$here"/typescript/{package.json,tsconfig.json,generate.mjs,src} "$work/typescript/"
  page sdk-typescript >"$work/typescript/README.md"
  ln -s "$tools/typescript/node_modules" "$work/typescript/node_modules"
  cd "$work/typescript"
  sed -i "s/0\.0\.0/$version/" src/version.ts
  node generate.mjs "$contracts/typescript.json" src
  node_modules/.bin/tsc -p .
  sed -i "s/\"version\": \"0.0.0\"/\"version\": \"$version\"/; /\"devDependencies\"/d; s/\(\"dependencies\": {.*}\),/\1/" package.json
  npm pack --silent --ignore-scripts --pack-destination "$out/typescript" >"$work/npm.log"
  cd - >/dev/null
}

# The same files give the same bytes, in whatever order a folder lists them: archive FILE FOLDER OPTIONS...
archive() {
  (cd "$2" && find . -type f -printf '%P\n' | sort >"$work/files" && "$JAVA_HOME/bin/jar" --create --date="$time" --file "$1" "${@:3}" "@$work/files")
}

java() {
  echo "$jackson" >"$tools/jackson"
  local sources=$work/java/src/main/java jdk=${JAVA_HOME:?} name=mirrorneuron-api-$version files
  "$jdk/bin/java" -jar "$generator" generate -i "$contracts/java.json" -c "$here/java/generator.yaml" \
    -t "$here/java/templates" -o "$work/java" >"$work/java.log" 2>&1 || { cat "$work/java.log" >&2; exit 1; }
  # What descriptions of the contract have of Markdown, and the template adds, as Javadoc has it.
  find "$sources" -name '*.java' -exec sed -i -E '/^ *\*/{s/&#x60;([^&]*)&#x60;/<code>\1<\/code>/g; s/\.(; may be null)/\1/}' {} +
  cp -r "$here/java/src/." "$sources/"
  sed -i "s/0\.0\.0/$version/" "$sources/io/mirrorneuron/api/Version.java"
  mapfile -t files < <(find "$sources" -name '*.java' | sort)
  "$jdk/bin/javac" --release 17 -Xlint:all -Werror -proc:none -parameters -d "$work/java/classes" -cp "$jackson" "${files[@]}"
  "$jdk/bin/javadoc" -quiet -Xdoclint:all,-missing -Werror -notimestamp --release 17 -cp "$jackson" \
    -d "$work/java/javadoc" "${files[@]}"
  echo "Automatic-Module-Name: io.mirrorneuron.api" >"$work/java/manifest"
  archive "$out/java/$name.jar" "$work/java/classes" --manifest "$work/java/manifest"
  archive "$out/java/$name-sources.jar" "$sources"
  archive "$out/java/$name-javadoc.jar" "$work/java/javadoc"
  sed "s/@VERSION@/$version/; s/@JACKSON@/$(basename "$(tr ':' '\n' <<<"$jackson" | grep jackson-databind)" .jar | sed 's/jackson-databind-//')/" \
    "$here/java/package.xml" >"$out/java/$name.pom"
  page sdk-java >"$out/java/README.md"
}

rm -rf "$work" "$out"/{python,typescript,java}
mkdir -p "$work" "$tools" "$out"/{python,typescript,java}
python
typescript
java
rm -rf "$work"
