# vmrd: a thin door to Meson, npm and the scripts in tools/.
#
#   make run      install what is missing, build, and show one meeting from button to join
#   make test     everything that proves it works; ends in "N passed, N failed, N skipped"

BUILD = build
TEST_BUILD = build-test

.PHONY: run build web test bench soak lint format deps clean

run: build
	tools/demo

build: deps web
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD) --buildtype=debugoptimized -Dtests=false $(if $(CI),-Dwerror=true)
	ninja -C $(BUILD)

web: deps
	tools/build-web

deps:
	tools/deps

test: build
	tools/test

bench: build
	bench/run

soak: build
	tools/soak

lint: deps
	tools/lint

format:
	clang-format -i $$(git ls-files 'src/*.[ch]' 'emulator/*.[ch]' 'bench/*.[ch]' 'test/*.[ch]')

clean:
	rm -rf $(BUILD) $(TEST_BUILD) build-clang build-fuzz web/dist
