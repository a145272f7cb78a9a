using System.CommandLine;
using BillingCopilot.Bot.Settings;

namespace BillingCopilot.Bot.Cli;

/// <summary>The verbs. Exit codes: 0 done, 1 what was asked failed, 2 usage or configuration.</summary>
public static class CommandLine
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>Environment variable that lets an unexpected fault through with its stack trace.</summary>
    private const string TraceVariable = "BILLINGCOPILOT_TRACE";

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var (verb, given) = CommandLineSettings.Split(args);
            var root = Root(given);
            // "@collections why …" names a specialist: no word stands for a file of words.
            var parsed = root.Parse(verb, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0)
            {
                foreach (var fault in UsageFaults.Of(parsed))
                {
                    await Console.Error.WriteLineAsync(fault);
                }

                await Console.Error.WriteLineAsync("Run with --help to see the commands.");
                return Usage;
            }

            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(15) });
        }
        catch (SettingsException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Usage;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return Failed;
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable(TraceVariable) is not "1")
        {
            await Console.Error.WriteLineAsync($"It broke off: {e.Message.ReplaceLineEndings(" ")} `doctor` looks at every part; with {TraceVariable}=1 the same command shows where it broke.");
            return Failed;
        }
    }

    private static RootCommand Root(Dictionary<string, string?> given)
    {
        var root = new RootCommand("BillingCopilot: answers about Stripe Billing with receipts; every write waits for a person. Without a verb it serves on http://127.0.0.1:5080. Any setting: --Section:Key value.")
        {
            AskCommand.Create(given),
            RouteCommand.Create(given),
            TriageCommand.Create(given),
            EvalCommand.Create(given),
            DemoCommand.Create(given),
            DoctorCommand.Create(given),
            KnowledgeCommands.Ingest(given),
            KnowledgeCommands.Search(given),
            TasksCommand.Create(given),
            TicketsCommand.Create(given),
            CrmCommand.Create(given),
            Chaos.ChaosCommand.Create(),
            Chaos.ChaosNodeCommand.Create(),
            AuditCommand.Create(given),
            ProposalsCommand.Create(given),
            ControlCommands.Kill(given),
            ControlCommands.Standing(given),
            PromptsCommand.Create(given),
        };
        root.SetAction((_, stop) => ServeCommand.RunAsync(SettingsLoader.Load(given), stop));
        return root;
    }
}
