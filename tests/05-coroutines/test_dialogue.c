/* The dialogue by coroutines: what chapter 04's has to do. */
#include "dialogue_cases.h"

int main(void)
{
    return run_dialogue_cases("05-coroutines/dialogue");
}
