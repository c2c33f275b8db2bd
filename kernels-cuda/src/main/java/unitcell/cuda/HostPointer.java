package unitcell.cuda;

import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;

/**
 * Raw addresses as JCuda's pointer types.
 *
 * <p>Memory convention: owns nothing; the caller keeps the memory alive for as long as the pointer is used.
 */
final class HostPointer extends Pointer {
    private static final CUdeviceptr NULL = new CUdeviceptr();

    /** The host address {@code address}. */
    HostPointer(long address) {
        super(address);
    }

    private HostPointer(Pointer pointer) {
        super(pointer);
    }

    /** A device address. */
    static CUdeviceptr device(long address) {
        return NULL.withByteOffset(address);
    }

    /** The address that a call left in a pointer object. */
    static long address(Pointer pointer) {
        HostPointer view = new HostPointer(pointer);
        return view.getNativePointer() + view.getByteOffset();
    }

    /** The address behind a handle, for libraries that are not called through JCuda. */
    static long address(CUstream stream) {
        return new Handle(stream).address();
    }

    /** Reads the address of any of JCuda's handles. */
    private static final class Handle extends NativePointerObject {
        private Handle(NativePointerObject other) {
            super(other);
        }

        private long address() {
            return getNativePointer();
        }
    }
}
