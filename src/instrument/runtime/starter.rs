// The second part of the runtime crate: its source is appended to `gate_rt.rs`.

/// A process that has come as far as its first line starts others like it by copying itself: what they would do up to
/// there is done. What is asked and answered is told in `src/run/cage/starter.rs`.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod starter {
    use core::ffi::{c_char, c_int, c_ulong, c_void};
    use core::ptr::null_mut;

    const VARIABLE: &[u8] = b"CARGO_GATE_STARTER\0";
    const WAIT: u32 = u32::MAX;
    const REAP: u32 = u32::MAX - 1;

    const SIGNAL_OF_PARENTS_END: c_int = 1;
    const KILL: c_ulong = 9;
    const TAKE_OVER_ORPHANS: c_int = 36;
    const WITHOUT_WAITING: c_int = 1;
    const CLOSED_ON_EXEC: c_int = 1;
    const SET_FLAGS: c_int = 2;

    extern "C" {
        fn getenv(name: *const c_char) -> *const c_char;
        fn putenv(variable: *mut c_char) -> c_int;
        fn unsetenv(name: *const c_char) -> c_int;
        fn open(path: *const c_char, flags: c_int, ...) -> c_int;
        fn close(file: c_int) -> c_int;
        fn fcntl(file: c_int, what: c_int, ...) -> c_int;
        fn read(file: c_int, to: *mut c_void, length: usize) -> isize;
        fn write(file: c_int, from: *const c_void, length: usize) -> isize;
        fn malloc(length: usize) -> *mut c_void;
        fn free(memory: *mut c_void);
        fn fork() -> c_int;
        fn setpgid(process: c_int, group: c_int) -> c_int;
        fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
        fn prctl(what: c_int, ...) -> c_int;
        fn _exit(code: c_int) -> !;
    }

    struct Pipes {
        from: c_int,
        to: c_int,
    }

    impl Pipes {
        /// Ends the process when nobody is there to be heard any more.
        unsafe fn fill(&self, to: *mut u8, length: usize) {
            let mut done = 0;
            while done < length {
                let count = read(self.from, to.add(done).cast(), length - done);
                if count <= 0 {
                    _exit(0);
                }
                done += count as usize;
            }
        }

        unsafe fn number(&self) -> u32 {
            let mut bytes = [0; 4];
            self.fill(bytes.as_mut_ptr(), 4);
            u32::from_ne_bytes(bytes)
        }

        unsafe fn say(&self, number: u32) {
            let bytes = number.to_ne_bytes();
            if write(self.to, bytes.as_ptr().cast(), 4) != 4 {
                _exit(0);
            }
        }

        unsafe fn close(&self) {
            close(self.from);
            close(self.to);
        }
    }

    /// Start others if this process was asked to: then it returns in each of them and never in itself.
    pub(super) unsafe fn serve(argc: c_int, argv: *mut *mut c_char) {
        let value = getenv(VARIABLE.as_ptr().cast());
        if value.is_null() {
            return;
        }
        let mut at = value;
        let pipes = Pipes { from: decimal(&mut at), to: decimal(&mut at) };
        unsetenv(VARIABLE.as_ptr().cast());
        fcntl(pipes.from, SET_FLAGS, CLOSED_ON_EXEC);
        fcntl(pipes.to, SET_FLAGS, CLOSED_ON_EXEC);
        end_with_parent();
        prctl(TAKE_OVER_ORPHANS, 1 as c_ulong, 0 as c_ulong, 0 as c_ulong, 0 as c_ulong);
        // Of several threads a copy would have one.
        let places = if is_one_thread() { argc as u32 - 1 } else { 0 };
        pipes.say(places);
        if places == 0 {
            _exit(0);
        }
        let mut child = 0;
        loop {
            match pipes.number() {
                WAIT => {
                    let mut status = 0;
                    if waitpid(child, &mut status, 0) != child {
                        _exit(1);
                    }
                    pipes.say(status as u32);
                }
                REAP => {
                    while waitpid(-1, null_mut(), WITHOUT_WAITING) > 0 {}
                    pipes.say((waitpid(-1, null_mut(), WITHOUT_WAITING) == 0) as u32);
                }
                count => {
                    let variables = pipes.number() as usize;
                    let length = pipes.number() as usize;
                    let text: *mut u8 = malloc(length).cast();
                    if count > places || text.is_null() {
                        _exit(1);
                    }
                    pipes.fill(text, length);
                    child = fork();
                    if child == 0 {
                        end_with_parent();
                        setpgid(0, 0);
                        pipes.close();
                        name(argv, count as usize, set(variables, text));
                        return;
                    }
                    if child > 0 {
                        // Whoever is first: the group must be there before it is ended.
                        setpgid(child, child);
                    }
                    free(text.cast());
                    pipes.say(child as u32);
                }
            }
        }
    }

    /// Whoever is to watch this process is its parent: without it, it would go on for ever.
    unsafe fn end_with_parent() {
        prctl(SIGNAL_OF_PARENTS_END, KILL, 0 as c_ulong, 0 as c_ulong, 0 as c_ulong);
    }

    /// Put the arguments in `text`, each ended by a zero, in the places of those that the process was started with.
    unsafe fn name(argv: *mut *mut c_char, count: usize, text: *mut u8) {
        let mut at = text;
        for place in 1..=count {
            *argv.add(place) = at.cast();
            at = behind(at);
        }
        *argv.add(count + 1) = null_mut();
    }

    /// Set the variables in `text`, each ended by a zero; what is behind them.
    unsafe fn set(count: usize, text: *mut u8) -> *mut u8 {
        let mut at = text;
        for _ in 0..count {
            putenv(at.cast());
            at = behind(at);
        }
        at
    }

    unsafe fn behind(text: *mut u8) -> *mut u8 {
        let mut at = text;
        while *at != 0 {
            at = at.add(1);
        }
        at.add(1)
    }

    /// The decimal number at `at`, which is then behind it and what follows it.
    unsafe fn decimal(at: &mut *const c_char) -> c_int {
        let mut number = 0;
        while (**at as u8).is_ascii_digit() {
            number = number * 10 + (**at as u8 - b'0') as c_int;
            *at = at.add(1);
        }
        if **at != 0 {
            *at = at.add(1);
        }
        number
    }

    /// Whether nobody has started a thread before `main`. The number is the eighteenth word behind the name.
    unsafe fn is_one_thread() -> bool {
        let mut text = [0_u8; 1024];
        let file = open(b"/proc/self/stat\0".as_ptr().cast(), 0);
        let length = read(file, text.as_mut_ptr().cast(), text.len());
        close(file);
        let text = text.as_ptr();
        let mut at = length;
        while at > 0 && *text.offset(at - 1) != b')' {
            at -= 1;
        }
        let mut blanks = 0;
        while at < length && blanks < 18 {
            blanks += (*text.offset(at) == b' ') as u32;
            at += 1;
        }
        at + 1 < length && *text.offset(at) == b'1' && *text.offset(at + 1) == b' '
    }
}

#[cfg(all(unix, not(all(target_os = "linux", target_env = "gnu"))))]
mod starter {
    use core::ffi::{c_char, c_int};

    pub(super) unsafe fn serve(_: c_int, _: *mut *mut c_char) {}
}
