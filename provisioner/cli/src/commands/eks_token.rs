use std::time::SystemTime;

use provisioner_aws::{Clients, Pace};

use crate::arguments::EksTokenArguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::program::{Program, block_on};

pub(crate) fn run(program: &Program, arguments: &EksTokenArguments) -> Result<Exit, Error> {
    let token = block_on(async {
        let clients = Clients::new(arguments.region.as_deref(), Pace::default()).await;
        Ok(provisioner_aws::token(&clients, &arguments.cluster, SystemTime::now()).await?)
    })?;
    program.terminal.json_line(&token.exec_credential())?;
    Ok(Exit::Done)
}
