/** Written for this page: plain prose with names, numbers, speech and a list, as models meet them. */
export const BUNDLED_TEXT = `The lighthouse on Farrow Point had not been lit for eleven years when Ida Marsh bought it at an auction that nobody else attended. She paid less than the price of a used car. The clerk, a tall man with ink on his cuffs, asked her twice whether she had seen the place.

"I have seen it from the ferry," said Ida. "It leans a little."

"It leans a good deal," said the clerk, and stamped the paper.

She moved in on the third of March. The lower room held a stove, a table with one short leg, and a cupboard full of glass jars, each with a label in the same careful hand: nails, wicks, salt, fuses, letters. The jar of letters was empty. The stair went up in a spiral of sixty-two steps, and at the top stood the lamp itself, a cage of prisms taller than she was, grey with dust. When she wiped the first pane with her sleeve, a thin stripe of colour fell across the floor and moved slowly as the sun did.

Her plan was simple. She would clean the glass, oil the bearings, replace the wiring, and see whether the old clockwork could still turn the lens. In her notebook she wrote a list:

1. Buy rope, forty metres.
2. Ask Mr. Tanaka about the brass fittings.
3. Measure the crack in the north wall every Sunday.
4. Do not fall.

Mr. Tanaka ran the hardware store in the village. He was eighty years old and remembered the last keeper well. "A quiet person," he said, weighing screws in his palm. "He counted ships. He told me once that he had counted nineteen thousand of them, and that only one had ever waved back." He refused to take money for the screws, but he asked to be there when the light came on again.

Through April it rained. Ida measured the crack: four millimetres, four millimetres, five. She read what she could find about foundations, then wrote to an engineer in the city, who answered that towers of this kind often lean for a century without harm, because their weight falls inside their base, and that a crack which grows by one millimetre in a wet month may well close again in a dry one. He enclosed a drawing with arrows. She pinned it above the stove and felt better.

In May her sister's boy, Jonas, came to stay for the holidays. He was nine and asked about everything. Why is the glass cut in rings? Because a whole lens of that size would be too heavy, so they kept only the parts that bend the light. Why does the light turn? So that a ship sees a flash, and knows by the time between flashes which lighthouse it is. How long was the time for this one? Ida did not know. They looked for it in the log books, turning pages that smelled of lamp oil, until Jonas found it on the inside of a cover: one flash every seven seconds.

"Then it has to be seven," he said. "If it is eight, they will think that they are somewhere else."

They counted aloud while she turned the crank by hand. The gears were stiff at first and then, quite suddenly, were not. The lens floated round on its bath of mercury with no more noise than a cat makes crossing a carpet. Seven seconds. They did it again, and again it was seven.

On the last evening of June half the village stood on the rocks below with lanterns and folding chairs. Somebody had brought an accordion, and somebody else had asked him not to play it yet. Mr. Tanaka wore a coat with brass buttons. At ten o'clock it was dark enough. Ida put her hand on the switch and found that she was afraid, not that it would fail, but that it would work and then be over.

Jonas looked at her. "One flash every seven seconds," he said, as if she might have forgotten.

She pressed the switch. For a moment nothing happened. Then the great eye opened above them, and a white beam swung out over the water, over the boats and the islands and the long dark line of the coast, and came round, and went out again. On the rocks they were counting in chorus. Far away, so small that only the boy saw it, a light on the sea went off and on, off and on, off and on.

"It waved," said Jonas.`;
