# vmrd: a thin door to Meson, npm and the scripts in tools/.
#
#   make run      install what is missing, build, and show one meeting from button to join
#   make install  vmrd and its pages, below /usr/local (as root)
#   make test     everything that proves it works; ends in "N passed, N failed, N skipped"
#   make bench    figures, beside those of others that do the same
#   make soak     the tests that look for trouble at random, for much longer (three quarters of an hour)
#   make lint     layers, format, and two compilers without a warning
#   make format   puts all C into the one format

BUILD = build
TEST_BUILD = build-test

.PHONY: install run build web test bench soak lint format deps clean

run: build
	tools/demo

build: deps web
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD) --buildtype=debugoptimized -Dtests=false $(if $(CI),-Dwerror=true)
	ninja -C $(BUILD)

install: build
	meson install -C $(BUILD) --no-rebuild

web: deps
	tools/build-web

deps:
	tools/deps

test: build
	tools/deps test
	tools/test

bench: build
	tools/deps bench
	bench/run

soak: build
	tools/deps test
	tools/soak

lint: deps
	tools/deps test
	tools/lint

format:
	tools/deps test
	clang-format -i $$(git ls-files 'src/*.[ch]' 'emulator/*.[ch]' 'bench/*.[ch]' 'test/*.[ch]')

clean:
	rm -rf $(BUILD) $(TEST_BUILD) build-clang build-fuzz test-artefacts web/dist
