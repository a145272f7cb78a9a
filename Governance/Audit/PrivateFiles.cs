namespace BillingCopilot.Governance.Audit;

/// <summary>Files that only this user reads.</summary>
internal static class PrivateFiles
{
    /// <summary>A new file, or the old one emptied.</summary>
    public static FileStream Open(string path) => new(path, OptionsFor(FileMode.Create));

    /// <summary>Makes the file if it is not there.</summary>
    public static void Touch(string path)
    {
        using var file = new FileStream(path, OptionsFor(FileMode.OpenOrCreate));
    }

    private static FileStreamOptions OptionsFor(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
