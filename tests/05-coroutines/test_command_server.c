/* The command server by coroutines: what chapter 04's has to do. */
#include "command_cases.h"

int main(void)
{
    return run_command_cases("05-coroutines/command_server");
}
