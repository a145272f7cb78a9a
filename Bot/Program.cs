using BillingCopilot.Bot.Cli;

return await CommandLine.RunAsync(args);
