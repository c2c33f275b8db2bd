// A stand-in for cuBLAS: the few calls that the CUDA backend makes, by plain loops over the emulator's device memory, which
// is memory of the host. With it both ways of calling cuBLAS, JCublas and java.lang.foreign, are tested without a GPU.
//
// Memory convention: column-major matrices as in BLAS; nothing is allocated but the handle.
#include <cstdint>

namespace {

struct Handle {
    int mode = 0;
};

// Status values of cublasStatus_t.
constexpr int SUCCESS = 0;
constexpr int NOT_INITIALISED = 1;
constexpr int INVALID_VALUE = 7;

template <class T>
int multiply(
    void* handle, int op_a, int op_b, int m, int n, int k, const T* alpha, const T* a, int lda, long long stride_a,
    const T* b, int ldb, long long stride_b, const T* beta, T* c, int ldc, long long stride_c, int batch) {
    if (handle == nullptr) {
        return NOT_INITIALISED;
    }
    const bool fits = lda >= (op_a ? k : m) && ldb >= (op_b ? n : k) && ldc >= m && lda > 0 && ldb > 0 && ldc > 0;
    if (m < 0 || n < 0 || k < 0 || batch < 0 || !fits) {
        return INVALID_VALUE;
    }
    for (int64_t p = 0; p < batch; p++) {
        for (int64_t j = 0; j < n; j++) {
            for (int64_t i = 0; i < m; i++) {
                T sum = 0;
                for (int64_t l = 0; l < k; l++) {
                    sum += a[p * stride_a + (op_a ? i * lda + l : l * lda + i)] *
                        b[p * stride_b + (op_b ? l * ldb + j : j * ldb + l)];
                }
                T& place = c[p * stride_c + j * ldc + i];
                place = *beta == 0 ? *alpha * sum : *alpha * sum + *beta * place;
            }
        }
    }
    return SUCCESS;
}

} // namespace

extern "C" {

int cublasCreate_v2(void** handle) {
    *handle = new Handle;
    return SUCCESS;
}

int cublasDestroy_v2(void* handle) {
    delete static_cast<Handle*>(handle);
    return SUCCESS;
}

int cublasSetStream_v2(void* handle, void*) { return handle == nullptr ? NOT_INITIALISED : SUCCESS; }

int cublasGetVersion_v2(void*, int* version) {
    *version = 120605;
    return SUCCESS;
}

int cublasSetMathMode(void* handle, int mode) {
    static_cast<Handle*>(handle)->mode = mode;
    return SUCCESS;
}

int cublasSetPointerMode_v2(void* handle, int) { return handle == nullptr ? NOT_INITIALISED : SUCCESS; }

int cublasGetPointerMode_v2(void*, int* mode) {
    *mode = 0;
    return SUCCESS;
}

int cublasSgemmStridedBatched(
    void* handle, int op_a, int op_b, int m, int n, int k, const float* alpha, const float* a, int lda,
    long long stride_a, const float* b, int ldb, long long stride_b, const float* beta, float* c, int ldc,
    long long stride_c, int batch) {
    return multiply(
        handle, op_a, op_b, m, n, k, alpha, a, lda, stride_a, b, ldb, stride_b, beta, c, ldc, stride_c, batch);
}

int cublasDgemmStridedBatched(
    void* handle, int op_a, int op_b, int m, int n, int k, const double* alpha, const double* a, int lda,
    long long stride_a, const double* b, int ldb, long long stride_b, const double* beta, double* c, int ldc,
    long long stride_c, int batch) {
    return multiply(
        handle, op_a, op_b, m, n, k, alpha, a, lda, stride_a, b, ldb, stride_b, beta, c, ldc, stride_c, batch);
}

} // extern "C"
