// Writes host-module.ptx, the module that lists the kernels of the emulator. Usage: listing FILE
//
// Memory convention: none.
#include <cstdio>

extern "C" int unitcell_emulator_write_listing(const char* path);

int main(int argc, char** argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: listing FILE\n");
        return 2;
    }
    if (unitcell_emulator_write_listing(argv[1]) != 0) {
        fprintf(stderr, "listing: %s could not be written\n", argv[1]);
        return 1;
    }
    return 0;
}
