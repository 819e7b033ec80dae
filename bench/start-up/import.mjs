import 'plummet';
