/* The client by coroutines: what chapter 04's has to do. */
#include "client_cases.h"

int main(void)
{
    return run_client_cases("05-coroutines/client");
}
