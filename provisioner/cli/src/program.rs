//! From the command line to the exit code.

use std::env;
use std::future::Future;
use std::io::{self, Write as _};

use clap::Parser as _;

use crate::arguments::{Arguments, GlobalArguments};
use crate::commands;
use crate::environment::Environment;
use crate::error::Error;
use crate::exit::Exit;
use crate::logging;
use crate::render;
use crate::terminal::Terminal;
use crate::usage;

/// What every command works with.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) options: GlobalArguments,
    pub(crate) environment: Environment,
    pub(crate) terminal: Terminal,
}

pub(crate) fn main() -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return not_understood(error),
    };
    let environment = Environment::read();
    let terminal = Terminal::new(&arguments.global, &environment);
    logging::start(arguments.global.verbose, terminal.palette.is_colored());
    let program = Program { options: arguments.global, environment, terminal };
    match commands::run(&program, arguments.command) {
        Ok(exit) => exit,
        // Whoever read the output has seen enough.
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            render::error(&program.terminal, &error);
            error.exit()
        }
    }
}

/// Says what is wrong with the command line. Help and version are no errors, but come this way too.
fn not_understood(error: clap::Error) -> Exit {
    if !error.use_stderr() {
        let _ = error.print();
        return Exit::Done;
    }
    if usage::wants_json(env::args_os()) {
        let line = render::error_as_json(&Error::Arguments(Box::new(error)));
        let _ = writeln!(io::stderr(), "{line}");
    } else {
        let _ = error.print();
    }
    Exit::Usage
}

/// Carries out what waits for the world.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?
        .block_on(future)
}
