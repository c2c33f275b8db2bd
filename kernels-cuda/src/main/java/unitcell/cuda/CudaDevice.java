package unitcell.cuda;

import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Launched;
import unitcell.engine.Precision;
import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.memory.MemoryPool;

/**
 * One NVIDIA GPU: its primary context, one stream that all work is submitted to in order, memory, kernels.
 *
 * <p>Memory convention: everything it reserved is given back by {@link #close}, which fails on leaked blocks. One thread at
 * a time may use it; a thread other than the one that opened it calls {@link #bind} first.
 */
final class CudaDevice implements Device {
    /** Waits after every kernel, so that an error names the one that made it. */
    static final String SYNCHRONOUS = "unitcell.cuda.synchronous";

    private static final int BLOCKS_PER_PROCESSOR = 16;

    private final int index;
    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private final CUstream stream = new CUstream();
    private final Arena arena = Arena.ofShared();
    private final PinnedStaging staging;
    private final MemoryPool pool;
    private final CudaMarks marks;
    private final CacheFlush caches;
    private final CudaModules modules = new CudaModules();
    private final Launch launch;
    private final CudaQueue queue;
    private final Map<DType, CudaKernels> kernels = new EnumMap<>(DType.class);
    /** Queues with matrix products of other precisions than the device's own. */
    private final Map<Precision, CudaQueue> others = new EnumMap<>(Precision.class);

    private final Nvtx ranges = Nvtx.open();
    private final String model;
    private final Precision precision;

    private CudaDevice(int index, Precision precision) {
        this.index = index;
        this.precision = precision;
        CudaException.check(JCudaDriver.cuInit(0), "cuInit");
        CudaException.check(JCudaDriver.cuDeviceGet(device, index), "opening device cuda:" + index);
        model = name(device);
        CudaException.check(
                JCudaDriver.cuDevicePrimaryCtxRetain(context, device), "taking the primary context of " + model);
        bind();
        CudaException.check(
                JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "cuStreamCreate");
        staging = new PinnedStaging(stream);
        CudaMemory memory = new CudaMemory("cuda:" + index, stream, staging);
        pool = new MemoryPool(memory);
        marks = new CudaMarks(stream);
        caches = new CacheFlush(
                memory, CudaClocks.attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE));
        int processors = attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
        launch = new Launch(arena, stream, Boolean.getBoolean(SYNCHRONOUS), processors * BLOCKS_PER_PROCESSOR);
        queue = new CudaQueue(modules, launch, pool, processors);
    }

    /** Opens device {@code index} with products in float32; the native libraries must have been loaded. */
    static CudaDevice open(int index) {
        return open(index, Precision.FP32);
    }

    /** As {@link #open(int)}, with products in a precision. */
    static CudaDevice open(int index, Precision precision) {
        CudaDevice device = new CudaDevice(index, precision);
        try {
            device.queue.use(GemmChoice.open(device.queue, device.stream, precision));
            return device;
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    /** Makes the calling thread the one that uses the device. */
    void bind() {
        CudaException.check(JCudaDriver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
    }

    private static String name(CUdevice device) {
        byte[] name = new byte[256];
        CudaException.check(JCudaDriver.cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
        int length = 0;
        while (length < name.length && name[length] != 0) {
            length++;
        }
        return new String(name, 0, length, java.nio.charset.StandardCharsets.UTF_8);
    }

    private int attribute(int attribute) {
        int[] value = new int[1];
        CudaException.check(JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
        return value[0];
    }

    @Override
    public String name() {
        return "cuda:" + index;
    }

    @Override
    public String description() {
        int[] version = new int[1];
        CudaException.check(JCudaDriver.cuDriverGetVersion(version), "cuDriverGetVersion");
        long[] bytes = new long[1];
        CudaException.check(JCudaDriver.cuDeviceTotalMem(bytes, device), "cuDeviceTotalMem");
        int major = attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
        int minor = attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        return name() + ": " + model + ", compute capability " + major + "." + minor + ", " + queue.processors()
                + " multiprocessors, " + (bytes[0] >> 20) + " MiB, driver for CUDA " + version[0] / 1000 + "."
                + version[0] % 1000 / 10 + ", matrix products by "
                + queue.gemm().description()
                + (Boolean.getBoolean(Nvtx.PROPERTY) ? ", " + ranges.description() : "");
    }

    @Override
    public MemoryPool pool() {
        return pool;
    }

    @Override
    public Kernels kernels(DType dtype) {
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException("device " + name() + " computes in F32 and F64, not in " + dtype);
        }
        return kernels.computeIfAbsent(dtype, type -> new CudaKernels(queue, type));
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public void observe(Consumer<Launched> observer) {
        queue.observe(observer);
    }

    @Override
    public void synchronise() {
        CudaException.check(JCudaDriver.cuStreamSynchronize(stream), "waiting for the device " + name());
    }

    /** What the families of kernels work with. */
    CudaQueue queue() {
        return queue;
    }

    /** The ways of multiplying matrices, each with what it is or why it cannot be used. */
    Map<String, String> ways() {
        return GemmChoice.describe(queue, stream);
    }

    @Override
    public Mark mark() {
        return marks.mark();
    }

    @Override
    public void flushCaches() {
        caches.submit();
    }

    @Override
    public List<String> clocks() {
        return CudaClocks.lines(device);
    }

    @Override
    public Optional<DenseKernels> products(Precision wanted) {
        if (wanted == precision) {
            return Optional.of(kernels(DType.F32).dense());
        }
        CudaQueue other = others.get(wanted);
        if (other == null) {
            other = new CudaQueue(modules, launch, pool, queue.processors());
            Gemm gemm = GemmChoice.find(other, stream, wanted);
            if (gemm == null) {
                return Optional.empty();
            }
            other.use(gemm);
            others.put(wanted, other);
        }
        return Optional.of(new CudaDenseKernels(other, DType.F32));
    }

    @Override
    public void pushRange(String name) {
        ranges.push(name);
    }

    @Override
    public void popRange() {
        ranges.pop();
    }

    @Override
    public void close() {
        int status = JCudaDriver.cuStreamSynchronize(stream);
        if (CudaException.sticky(status)) {
            // Nothing of a lost context can be used or given back; releasing it ends it.
            release();
            throw CudaException.of(status, "closing the device " + name());
        }
        CudaException.check(status, "waiting for the device " + name());
        others.values().forEach(CudaQueue::close);
        queue.close();
        caches.close();
        try {
            pool.close();
        } finally {
            marks.close();
            staging.close();
            modules.close();
            CudaException.check(JCudaDriver.cuStreamDestroy(stream), "cuStreamDestroy");
            release();
        }
    }

    private void release() {
        arena.close();
        CudaException.check(JCudaDriver.cuDevicePrimaryCtxRelease(device), "cuDevicePrimaryCtxRelease");
    }
}
