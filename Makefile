# Two commands carry a newcomer: `make demo` and `make test`. Both install what is missing (Debian or Ubuntu, apt).

BUILD := .build/debug
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo -E)

.PHONY: architecture demo test torture fuzz sanitize unit lint format release bench growth docs clean dependencies build

demo: dependencies
	swift build --product mxprovision
	swift build --product pvelab
	$(SUDO) .ci/demo $(BUILD)

# The modules, their folders and sizes, and what depends on what.
architecture:
	.ci/architecture

# The lab tests run both binaries as root, in the lab's own network namespace.
test: dependencies lint
	swift build --build-tests
	$(SUDO) env PATH="$$PATH" .ci/test

# What tests run a sample of, whole: each command killed at each of its points, each fault at each call.
torture: dependencies
	swift build --build-tests
	$(SUDO) env PATH="$$PATH" .ci/torture

# Each parser of foreign input, fuzzed for FUZZ_SECONDS (default: 600).
fuzz: dependencies
	.ci/fuzz

# The unit tests under the thread sanitizer and the address sanitizer; a build of its own for each.
sanitize: dependencies
	TSAN_OPTIONS="suppressions=$(CURDIR)/.ci/thread-sanitizer" swift test --scratch-path .build/thread --sanitize thread --skip LabTests --experimental-maximum-parallelization-width 6
	swift test --scratch-path .build/address --sanitize address --skip LabTests --experimental-maximum-parallelization-width 6

# What users get: nothing of Swift has to be installed where it runs.
release:
	swift build -c release --product mxprovision --static-swift-stdlib

# The limit, mxprovision, pyinfra and Ansible side by side; writes Benchmarks/results. Under a quarter of an hour.
bench: dependencies release
	swift build --product pvelab
	$(SUDO) Benchmarks/run .build/release/mxprovision $(BUILD)/pvelab

# How time and memory grow with the number of sites, as a table; against an API whose guests are hollow.
growth: dependencies release
	swift build --product pvelab
	PVELAB=$(BUILD)/pvelab Benchmarks/growth .build/release

# The pages of the modules' declarations, in .build/docs.
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
