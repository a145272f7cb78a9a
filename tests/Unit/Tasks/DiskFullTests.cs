using System.Diagnostics;
using BillingCopilot.Agents.Prompts;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Bot.Tasks;
using BillingCopilot.Bot.Webhooks;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Tasks;

public sealed class DiskFullTests
{
    private static readonly TenantContext Lumen = new("lumen", "acct_1", false);

    [TmpfsFact]
    public async Task Accept_OnAFullDisk_RefusesWhatIsNotStored_AndGoesOnWhenThereIsRoom()
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-full-").FullName;
        TmpfsFactAttribute.Run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder).ShouldBeTrue();
        try
        {
            var databases = new SqliteCopilotDbFactory(new StorageOptions { Path = Path.Combine(folder, "copilot.db") });
            await databases.MigrateAsync(default);
            var intake = new EventIntake(databases, new TaskIntake(databases, TimeProvider.System, new IdSource(), PlaybookRegistry.Load(folder, []), new TaskSettings(), new NodeName("a"), new BusinessClock(TimeProvider.System)), new TaskSignal(), TimeProvider.System);
            var accepted = new List<string>();
            var refused = new List<string>();
            for (var i = 0; i < 60; i++)
            {
                (await TakenAsync(intake, $"evt_{i}") ? accepted : refused).Add($"evt_{i}");
            }

            refused.ShouldNotBeEmpty();
            TmpfsFactAttribute.Run("mount", "-o", "remount,size=64m", folder).ShouldBeTrue();
            foreach (var id in refused)
            {
                (await TakenAsync(intake, id)).ShouldBeTrue();
            }

            await using var db = databases.Open(Lumen);
            (await db.Inbox.Select(e => e.EventId).ToListAsync()).Order().ShouldBe(accepted.Concat(refused).Order());
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            TmpfsFactAttribute.Run("umount", "-l", folder);
            Directory.Delete(folder);
        }
    }

    /// <summary>False where the endpoint answers 503.</summary>
    private static async Task<bool> TakenAsync(EventIntake intake, string id)
    {
        try
        {
            return await intake.AcceptAsync(Lumen, new VerifiedEvent(id, "customer.updated", "acct_1", "cus_1", new string('x', 100_000)), default);
        }
        catch (Exception e) when (e is DbUpdateException or SqliteException)
        {
            return false;
        }
    }
}

/// <summary>A test that needs a small disk of its own, which only a user who may mount can make.</summary>
internal sealed class TmpfsFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> CanMount = new(Try);

    public TmpfsFactAttribute() => Skip = CanMount.Value ? null : "A tmpfs can't be mounted here; run as root.";

    public static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static bool Try()
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-mount-").FullName;
        var mounted = Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder) && Run("umount", folder);
        Directory.Delete(folder);
        return mounted;
    }
}
