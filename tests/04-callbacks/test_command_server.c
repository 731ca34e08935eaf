/* The command server by callbacks. */
#include "command_cases.h"

int main(void)
{
    return run_command_cases("04-callbacks/command_server");
}
