// Answers each line "compile N" or "render N" with the nanoseconds of one; "output" with the text.
const fs = require('fs');
const nunjucks = require('nunjucks');

const job = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const environment = new nunjucks.Environment(null, { autoescape: job.autoescape });
const compile = () => new nunjucks.Template(job.template, environment, 'instructions', true);
const template = compile();

function nanoseconds(work, rounds) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < rounds; i++) work();
  return Number(process.hrtime.bigint() - start) / rounds;
}

require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const [what, rounds] = line.split(' ');
  if (what === 'output') console.log(JSON.stringify(template.render(job.values)));
  else if (what === 'compile') console.log(nanoseconds(compile, Number(rounds)));
  else console.log(nanoseconds(() => template.render(job.values), Number(rounds)));
});
