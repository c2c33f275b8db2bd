// The vector types of CUDA C++ with their alignments (CUDA C++ Programming Guide, "Built-in Vector Types").
//
// Memory convention: plain values; float4 and its like are aligned to their size as on the device, so that a misaligned
// vector access is as wrong here as there.
#pragma once

#define UNITCELL_VECTOR_TYPE_1(name, scalar)                  \
    struct name {                                             \
        scalar x;                                             \
    };                                                        \
    inline name make_##name(scalar x) {                       \
        return {x};                                           \
    }

#define UNITCELL_VECTOR_TYPE_2(name, scalar, alignment)       \
    struct alignas(alignment) name {                          \
        scalar x, y;                                          \
    };                                                        \
    inline name make_##name(scalar x, scalar y) {             \
        return {x, y};                                        \
    }

#define UNITCELL_VECTOR_TYPE_3(name, scalar)                  \
    struct name {                                             \
        scalar x, y, z;                                       \
    };                                                        \
    inline name make_##name(scalar x, scalar y, scalar z) {   \
        return {x, y, z};                                     \
    }

#define UNITCELL_VECTOR_TYPE_4(name, scalar, alignment)                 \
    struct alignas(alignment) name {                                    \
        scalar x, y, z, w;                                              \
    };                                                                  \
    inline name make_##name(scalar x, scalar y, scalar z, scalar w) {   \
        return {x, y, z, w};                                            \
    }

#define UNITCELL_VECTOR_TYPES(name, scalar, alignment2, alignment4) \
    UNITCELL_VECTOR_TYPE_1(name##1, scalar)                         \
    UNITCELL_VECTOR_TYPE_2(name##2, scalar, alignment2)             \
    UNITCELL_VECTOR_TYPE_3(name##3, scalar)                         \
    UNITCELL_VECTOR_TYPE_4(name##4, scalar, alignment4)

UNITCELL_VECTOR_TYPES(char, signed char, 2, 4)
UNITCELL_VECTOR_TYPES(uchar, unsigned char, 2, 4)
UNITCELL_VECTOR_TYPES(short, short, 4, 8)
UNITCELL_VECTOR_TYPES(ushort, unsigned short, 4, 8)
UNITCELL_VECTOR_TYPES(int, int, 8, 16)
UNITCELL_VECTOR_TYPES(uint, unsigned int, 8, 16)
UNITCELL_VECTOR_TYPES(longlong, long long, 16, 16)
UNITCELL_VECTOR_TYPES(ulonglong, unsigned long long, 16, 16)
UNITCELL_VECTOR_TYPES(float, float, 8, 16)
UNITCELL_VECTOR_TYPES(double, double, 16, 16)

#undef UNITCELL_VECTOR_TYPES
#undef UNITCELL_VECTOR_TYPE_4
#undef UNITCELL_VECTOR_TYPE_3
#undef UNITCELL_VECTOR_TYPE_2
#undef UNITCELL_VECTOR_TYPE_1

struct dim3 {
    unsigned int x, y, z;
    constexpr dim3(unsigned int x = 1, unsigned int y = 1, unsigned int z = 1) : x(x), y(y), z(z) {}
    constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
};
