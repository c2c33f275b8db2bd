package unitcell.engine;

/** A moment on the host's clock, at which a device had finished everything submitted to it. */
record HostMark(long nanos) implements Device.Mark {
    @Override
    public double secondsSince(Device.Mark earlier) {
        return (nanos - ((HostMark) earlier).nanos) / 1e9;
    }
}
