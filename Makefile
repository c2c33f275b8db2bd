# Unitcell. `make help` lists the targets. Needs Maven 3.8 or newer and a JDK 25 or newer, which need not be the
# default one: ./unitcell --java-home finds it.
MVN ?= mvn
MVN_FLAGS ?=
JDK = $$(./unitcell --java-home)
# The last two keep Maven's own libraries from printing warnings about themselves on recent JDKs.
RUN_MVN = jdk=$(JDK) && JAVA_HOME="$$jdk" \
	MAVEN_OPTS="$$MAVEN_OPTS --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" \
	$(MVN) -B -ntp -Dstyle.color=never $(MVN_FLAGS)

.PHONY: build test demo paper bench profile sanitize kernel-table dist bundled-data validity-tables mutants fmt clean help

build: ## compile, check format and bug patterns, and pack what ./unitcell runs
	@$(RUN_MVN) -q package -DskipTests

test: ## the whole test suite, then once more with vectors of 256 bits
	@$(RUN_MVN) verify
	@$(RUN_MVN) verify -Dunitcell.vector.bits=256 -Dunitcell.cuda.parity.skip=true

demo: build ## pre-train on bundled crystals, reconstruct held-out ones, write runs/demo/report.html
	@./unitcell demo

# What paper takes from the command line, as make paper BUDGET=8h DEVICE=cuda.
export BUDGET DATA OUT DEVICE SEEDS CRYSTALS
paper: build ## the whole paper within BUDGET=30m from the tables in DATA=DIR; writes runs/paper/report/report.html
	@trainer/paper.sh

bench: build ## time training steps and the kernels of this machine
	@./unitcell bench step
	@./unitcell bench kernels

# What profile and sanitize take from the command line, as make profile PRESET=medium KERNEL='gather_rotate.*f32'.
export PRESET CONFIG BATCH KERNEL LAUNCHES SKIP TOOL

profile: build ## profile training steps on the GPU with nsys and ncu: PRESET=, KERNEL=regex and more in kernels-cuda/profile.sh
	@kernels-cuda/profile.sh

sanitize: build ## check the kernels on the GPU with compute-sanitizer's four tools: PRESET=, KERNEL=regex
	@kernels-cuda/sanitize.sh

kernel-table: build ## write docs/kernels.md anew: registers and memory of every kernel, bytes and operations of every op
	@"$(JDK)/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
		-Dorg.lwjgl.system.memoryBackend=ffm -cp 'trainer/target/unitcell.jar:trainer/target/lib/*' \
		unitcell.trainer.bench.KernelTableWriter kernels-cuda/target/kernels kernels-cuda/configs/17m.json docs/kernels.md

dist: build ## one archive for a machine with nothing but a driver, with a Java runtime (DIST_RUNTIME=no: without)
	@trainer/dist.sh "$(JDK)" target

MP ?= ../shared/data/mp/*.csv.gz
BUNDLED = trainer/src/main/resources/unitcell/trainer/data/bundled_crystals.txt.gz
bundled-data: build ## select the bundled crystals anew from tables of Materials Project structures, MP='DIR/*.csv.gz'
	@"$(JDK)/bin/java" -cp 'trainer/target/unitcell.jar:trainer/target/lib/*' \
		unitcell.trainer.data.BundledSelection '$(MP)' $(BUNDLED)

SMACT ?= ../shared/data/smact
VALIDITY = model/src/main/resources/unitcell/crystal/validity
validity-tables: build ## write the tables of oxidation states anew from SMACT's data files, SMACT=DIR
	@"$(JDK)/bin/java" -cp 'trainer/target/unitcell.jar:trainer/target/lib/*' \
		unitcell.crystal.validity.ElementTableWriter '$(SMACT)' $(VALIDITY)

KERNEL ?= .
MUTATE ?= all
mutants: ## spoil the CUDA kernels place by place and see whether the tests notice, KERNEL=gemm MUTATE=barriers|checks
	@$(RUN_MVN) -q test-compile -pl tests -am
	@"$(JDK)/bin/java" -cp "tests/target/test-classes:$$(cat tests/target/test-classpath.txt)" \
		unitcell.tests.cuda.KernelMutants . '$(KERNEL)' '$(MUTATE)'

fmt: ## format the sources
	@$(RUN_MVN) -q spotless:apply

clean: ## remove everything built
	@$(RUN_MVN) -q clean

help: ## this text
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24
