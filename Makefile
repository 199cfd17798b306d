# Start with `make demo` and `make test`. Both install missing packages with apt (Debian or Ubuntu).

BUILD := .build/debug
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo -E)

.PHONY: architecture demo test torture fuzz sanitize unit lint format release bench growth docs clean dependencies build

demo: dependencies
	swift build --product mxprovision
	swift build --product pvelab
	$(SUDO) .ci/demo $(BUILD)

# Shows the modules with their folders, sizes and dependencies.
architecture:
	.ci/architecture

# Runs all tests. The lab tests run both binaries as root, in the lab's own network namespace.
test: dependencies lint
	swift build --build-tests
	$(SUDO) env PATH="$$PATH" .ci/test

# Runs the full matrices of which `test` runs a sample: each command killed at each point, each fault at each call.
torture: dependencies
	swift build --build-tests
	$(SUDO) env PATH="$$PATH" .ci/torture

# Fuzzes each parser of external input for FUZZ_SECONDS (default: 600).
fuzz: dependencies
	.ci/fuzz

# Runs the unit tests with the thread sanitizer and the address sanitizer, each with a separate build.
sanitize: dependencies
	TSAN_OPTIONS="suppressions=$(CURDIR)/.ci/thread-sanitizer" swift test --scratch-path .build/thread --sanitize thread --skip LabTests --experimental-maximum-parallelization-width 6
	swift test --scratch-path .build/address --sanitize address --skip LabTests --experimental-maximum-parallelization-width 6

# Builds the release binary. The target machine needs no Swift installation.
release:
	swift build -c release --product mxprovision --static-swift-stdlib

# Compares the limit, mxprovision, pyinfra and Ansible; writes Benchmarks/results. Takes less than 15 minutes.
bench: dependencies release
	swift build --product pvelab
	$(SUDO) Benchmarks/run .build/release/mxprovision $(BUILD)/pvelab

# Prints how time and memory grow with the number of sites. The API's guests have no containers.
growth: dependencies release
	swift build --product pvelab
	PVELAB=$(BUILD)/pvelab Benchmarks/growth .build/release

# Builds the API documentation of the modules in .build/docs.
docs:
	.ci/docs

unit:
	swift test --skip LabTests --experimental-maximum-parallelization-width 6

lint:
	.ci/lint

format:
	swift format --in-place --recursive Package.swift Sources Tests

build:
	swift build

clean:
	-$(SUDO) $(BUILD)/pvelab down
	swift package clean

dependencies:
	@.ci/install-dependencies
